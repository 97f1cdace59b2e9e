// @ts-check
/** The programs that ``warp.js`` draws with. */

import { CURVE } from "./grids.js";

export const VERTEX = `#version 300 es
precision highp float;
uniform highp sampler2D moves;
uniform vec4 face;
uniform vec3 leanX;
uniform vec3 leanY;
uniform vec2 shift;
uniform vec2 pivot;
uniform vec4 view;
layout(location = 0) in vec2 rest;
layout(location = 1) in vec2 head;
out vec2 at;
vec2 move(vec2 p) {
  ivec2 size = textureSize(moves, 0);
  vec2 n = (p - face.xy) / face.zw * vec2(size - 1);
  if (any(lessThan(n, vec2(0.0))) || any(greaterThan(n, vec2(size - 1)))) return vec2(0.0);
  ivec2 i = min(ivec2(n), size - 2);
  vec2 f = n - vec2(i);
  vec2 top = mix(texelFetch(moves, i, 0).xy, texelFetch(moves, i + ivec2(1, 0), 0).xy, f.x);
  vec2 bottom = mix(
    texelFetch(moves, i + ivec2(0, 1), 0).xy, texelFetch(moves, i + ivec2(1, 1), 0).xy, f.x);
  return mix(top, bottom, f.y);
}
void main() {
  vec2 q = rest + move(rest);
  vec3 away = vec3(q - pivot, head.x);
  vec2 turned = vec2(dot(leanX, away), dot(leanY, away));
  vec2 p = (q + head.y * (turned + shift - away.xy) - view.xy) / view.zw;
  at = rest;
  gl_Position = vec4(2.0 * p.x - 1.0, 1.0 - 2.0 * p.y, 0.0, 1.0);
}`;

/**
 * How much of a picture is left near those of its edges that show. One that melts into a
 * stage is laid down twice, still and moving: each gives the half of its softness.
 */
const MELTING = `
uniform bool melts;
float nearness(vec2 p) {
  vec4 reach = vec4(p, 1.0 - p.x, ratio - p.y) / max(feather, 1e-6);
  vec4 kept = mix(clamp(reach, 0.0, 1.0), vec4(1.0), lessThanEqual(feather, vec4(0.0)));
  float near = kept.x * kept.y * kept.z * kept.w;
  return melts ? 1.0 - sqrt(1.0 - smoothstep(0.0, 1.0, near)) : near;
}`;

/**
 * kind 0: all of the picture, within its matte. 1: below a curve that goes on level to
 * both sides; it fades towards the border of `zone`. 2: what a mask of its own shows.
 */
export const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D picture;
uniform sampler2D matte;
uniform bool masked;
uniform float ratio;
uniform int kind;
uniform vec2 curve[${CURVE}];
uniform vec4 zone;
uniform float soft;
uniform vec4 feather;
uniform vec4 face;
uniform sampler2D light;
uniform vec2 shade;
uniform sampler2D mask;
uniform vec3 maskAcross;
uniform vec3 maskDown;
in vec2 at;
out vec4 colour;
${MELTING}
float height(float x) {
  if (x <= curve[0].x) return curve[0].y;
  for (int i = 1; i < ${CURVE}; i++) {
    if (x <= curve[i].x) {
      float f = (x - curve[i - 1].x) / max(curve[i].x - curve[i - 1].x, 1e-6);
      return mix(curve[i - 1].y, curve[i].y, f);
    }
  }
  return curve[${CURVE - 1}].y;
}
void main() {
  vec2 uv = vec2(at.x, at.y / ratio);
  float share = 1.0;
  if (kind == 1) {
    float below = (at.y - height(at.x)) / soft;
    vec2 edge = min(at - zone.xy, zone.xy + zone.zw - at) / (0.05 * zone.zw);
    share = clamp(min(edge.x, edge.y), 0.0, 1.0) * smoothstep(-1.0, 1.0, below);
  } else if (kind == 2) {
    vec2 n = vec2(dot(maskAcross, vec3(at, 1.0)), dot(maskDown, vec3(at, 1.0)));
    bool inside = all(greaterThanEqual(n, vec2(0.0))) && all(lessThanEqual(n, vec2(1.0)));
    share = inside ? texture(mask, n).r : 0.0;
  }
  if (share <= 0.0) discard;
  vec4 here = texture(picture, uv);
  if (kind < 2) {
    vec2 size = vec2(textureSize(light, 0));
    vec2 added = texture(light, ((at - face.xy) / face.zw * (size - 1.0) + 0.5) / size).xy;
    vec2 thrown = kind == 1 ? vec2(0.0, shade.y) : shade;
    here.rgb *= (1.0 + added.x * thrown.x) * (1.0 + added.y * thrown.y);
  }
  share *= nearness(at);
  float own = masked ? min(1.0, texture(matte, uv).r / max(here.a, 1e-3)) : 1.0;
  colour = here * own * share;
}`;

export const PLATE_VERTEX = `#version 300 es
uniform vec4 view;
uniform float ratio;
layout(location = 0) in vec2 rest;
out vec2 at;
out vec2 far;
void main() {
  at = view.xy + rest * view.zw;
  // The picture once more, as large as covers the canvas.
  vec2 size = vec2(1.0, ratio) * max(abs(view.z), view.w / ratio);
  far = (rest - 0.5) * view.zw / size + 0.5;
  gl_Position = vec4(2.0 * rest.x - 1.0, 1.0 - 2.0 * rest.y, 0.0, 1.0);
}`;

/** What stands still behind: the picture, and without its person where one is known. */
export const PLATE = `#version 300 es
precision highp float;
#define DIMMED vec4(vec3(0.55), 1.0)
uniform sampler2D picture;
uniform sampler2D plate;
uniform bool filled;
uniform float ratio;
uniform vec4 feather;
uniform float blurred;
in vec2 at;
in vec2 far;
out vec4 colour;
${MELTING}
void main() {
  vec2 uv = vec2(at.x, at.y / ratio);
  colour = texture(picture, uv);
  if (filled) {
    vec4 behind = texture(plate, uv);
    colour = vec4(colour.rgb * (1.0 - behind.a) + behind.rgb, 1.0);
  }
  // A picture too small for the stage melts into it, or alone into itself, far away.
  float near = nearness(at);
  if (melts) colour *= near;
  else if (near < 1.0) colour = mix(textureLod(picture, far, blurred) * DIMMED, colour, near);
}`;
