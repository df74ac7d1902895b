// What Swift's own module of the C library leaves out.
#pragma once
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

struct linux_birth {
    uint64_t inode;
    int64_t seconds;
    uint32_t nanoseconds;
};

/// Which file this is, and when it was made: unlike all other times of a file, a program can't set that. 0 when it is
/// known; -1, with errno, when the file isn't there, and without when its file system doesn't keep it.
static inline int linux_birth_of(const char *path, struct linux_birth *birth) {
    struct statx found;
    if (syscall(SYS_statx, AT_FDCWD, path, 0, STATX_INO | STATX_BTIME, &found) != 0) return -1;
    if ((found.stx_mask & STATX_BTIME) == 0) return -1;
    birth->inode = found.stx_ino;
    birth->seconds = found.stx_btime.tv_sec;
    birth->nanoseconds = found.stx_btime.tv_nsec;
    return 0;
}

/// rename(2) that fails with EEXIST where it would replace a file.
static inline int linux_rename_new(const char *from, const char *to) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}
