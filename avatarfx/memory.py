"""How much memory this process holds, held at most, and may hold.

Linux only; elsewhere there is nothing to read and no limit is set.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

MIB = 1024 * 1024

_STATUS = Path("/proc/self/status")
_FORGET = Path("/proc/self/clear_refs")
_KILLS = (Path("/proc/vmstat"), Path("/sys/fs/cgroup/memory.events"))


def forget_peak() -> None:
    """`peak_mb` counts from now on; where that is refused, from the process's start."""
    with contextlib.suppress(OSError):
        _FORGET.write_text("5")


def peak_mb() -> int:
    """The most that was resident, in MiB; 0 where nobody can tell."""
    return _kib("VmHWM") // 1024


def resident_mb() -> int:
    return _kib("VmRSS") // 1024


def limit_growth(megabytes: int) -> bool:
    """Allocations of this process fail once its private memory has grown by so much;
    0: no limit. Only for a process that ends after its job.

    RLIMIT_DATA, not RLIMIT_AS: files and libraries that are mapped and address space
    that is merely reserved, as networks do, take no memory from anybody.
    """
    if megabytes <= 0 or not _STATUS.exists():
        return False
    import resource  # noqa: PLC0415 - not on every system

    most = (_kib("VmData") * 1024) + megabytes * MIB
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    return True


def kills() -> int:
    """How many processes the kernel has killed here for want of memory, since it
    started: of the machine and of this container, whichever can be read."""
    found = 0
    for path in _KILLS:
        with contextlib.suppress(OSError):
            for count in re.findall(r"^oom_kill (\d+)$", path.read_text(), re.M):
                found += int(count)
    return found


def _kib(name: str) -> int:
    try:
        status = _STATUS.read_text()
    except OSError:
        return 0
    line = re.search(rf"^{name}:\s+(\d+) kB$", status, re.M)
    return int(line[1]) if line else 0
