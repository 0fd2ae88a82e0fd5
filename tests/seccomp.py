"""The system call filter of a systemd unit, built with libseccomp as systemd builds it."""

import ctypes
import errno
import os
import re

KILL_PROCESS, ALLOW, ERRNO = 0x80000000, 0x7FFF0000, 0x00050000


def groups():
    """Names of system calls by group, from systemd_syscalls.txt."""
    found, names = {}, None
    with open(os.path.join(os.path.dirname(__file__), "systemd_syscalls.txt")) as file:
        for line in file:
            if line.startswith("@"):
                names = found.setdefault(line.strip(), set())
            elif not line.startswith("#"):
                names.update(line.split())
    return found


def allowed_calls(unit):
    """The calls that the unit's SystemCallFilter= lines leave, and the error number of the others, or None where they kill.

    The first line says what is allowed, later ones add calls, or with ~ take some away. systemd adds @default itself."""
    known = groups()
    allowed, error = set(known["@default"]), None
    for key, value in re.findall(r"^(SystemCall\w+)=(.*)$", unit, re.M):
        names = {name for word in value.lstrip("~").split() for name in known.get(word, {word})}
        if key == "SystemCallFilter":
            allowed = allowed - names if value.startswith("~") else allowed | names
        elif key == "SystemCallErrorNumber":
            error = getattr(errno, value)
    return allowed, error


def filter_for(allowed, error=None):
    """A function that puts the calling process under the filter, for preexec_fn: other calls kill it, or fail with the error."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p]
    context = library.seccomp_init(KILL_PROCESS if error is None else ERRNO | error)
    for name in sorted(allowed):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # below 0: not of this processor
            assert library.seccomp_rule_add_array(context, ALLOW, number, 0, None) == 0, name

    def load():
        if library.seccomp_load(context) != 0:
            raise OSError("cannot load the system call filter")

    return load
