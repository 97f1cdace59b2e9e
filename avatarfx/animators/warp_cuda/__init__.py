"""The whole stage drawn by torch, many frames at once: the picture that the warp draws."""

from avatarfx.animators.warp_cuda.animator import WarpCudaAnimator

__all__ = ["WarpCudaAnimator"]
