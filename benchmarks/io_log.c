/* Log what a process does to the files of one folder: writes with their data, cuts, syncs, new names.

   Built and preloaded by power_loss.py; IO_LOG is the log, IO_FOLDER the folder. Records, in the machine's own byte
   order: op (1 byte), length of path and of second path (4 each), offset and length of data (8 each), then these. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -2;

static int wanted(const char *path) {
    const char *folder = getenv("IO_FOLDER"), *log = getenv("IO_LOG");
    return folder && log && path && strncmp(path, folder, strlen(folder)) == 0;
}

static void put(const void *data, size_t size) {
    while (size) {
        ssize_t done = syscall(SYS_write, log_fd, data, size);
        if (done <= 0) abort();
        data = (const char *)data + done;
        size -= (size_t)done;
    }
}

static void record(char op, const char *path, const char *other, uint64_t offset, const void *data, uint64_t size) {
    uint32_t lengths[2] = {(uint32_t)strlen(path), (uint32_t)strlen(other)};
    uint64_t numbers[2] = {offset, size};
    pthread_mutex_lock(&lock);
    if (log_fd == -2) log_fd = (int)syscall(SYS_openat, AT_FDCWD, getenv("IO_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    put(&op, 1);
    put(lengths, sizeof lengths);
    put(numbers, sizeof numbers);
    put(path, lengths[0]);
    put(other, lengths[1]);
    if (data) put(data, size);
    pthread_mutex_unlock(&lock);
}

static int name_of(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return wanted(path);
}

static void wrote(int fd, const void *data, ssize_t done, off64_t offset) {
    char path[4096];
    if (done > 0 && name_of(fd, path, sizeof path)) record('w', path, "", (uint64_t)offset, data, (uint64_t)done);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    ssize_t done = REAL(pwrite64)(fd, data, size, offset);
    wrote(fd, data, done, offset);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    return pwrite64(fd, data, size, offset);
}

ssize_t write(int fd, const void *data, size_t size) {
    char path[4096];
    ssize_t done = syscall(SYS_write, fd, data, size);
    if (done > 0 && fd > 2 && fd != log_fd && name_of(fd, path, sizeof path)) {
        off64_t end = lseek64(fd, 0, SEEK_CUR);
        record('w', path, "", (uint64_t)(end - done), data, (uint64_t)done);
    }
    return done;
}

int ftruncate64(int fd, off64_t size) {
    char path[4096];
    int failed = REAL(ftruncate64)(fd, size);
    if (!failed && name_of(fd, path, sizeof path)) record('t', path, "", (uint64_t)size, NULL, 0);
    return failed;
}

int ftruncate(int fd, off_t size) {
    return ftruncate64(fd, size);
}

static int synced(int fd, int failed) {
    char path[4096];
    if (!failed && name_of(fd, path, sizeof path)) record('s', path, "", 0, NULL, 0);
    return failed;
}

int fsync(int fd) {
    return synced(fd, REAL(fsync)(fd));
}

int fdatasync(int fd) {
    return synced(fd, REAL(fdatasync)(fd));
}

int rename(const char *from, const char *to) {
    int failed = REAL(rename)(from, to);
    if (!failed && wanted(to)) record('r', from, to, 0, NULL, 0);
    return failed;
}

int unlink(const char *path) {
    int failed = REAL(unlink)(path);
    if (!failed && wanted(path)) record('u', path, "", 0, NULL, 0);
    return failed;
}
