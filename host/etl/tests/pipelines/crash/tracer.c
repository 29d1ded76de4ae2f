// Runs a program and lets one of its system calls that change files be the last one, fail, or come with a signal.
//
//     tracer FOLDER LOG AT FAULT PROGRAM ARGUMENT...
//
// Counted are calls that change something in FOLDER, and the network's writes. Each is a line in LOG. The call number AT (from 1; 0 is none)
// meets its FAULT: `kill` ends the program before the call, `torn` after the first half of a write, `term` and `int` send SIGTERM and SIGINT, and a number
// is the error that the call returns instead of doing anything; from there on for ENOSPC, once for others.
//
// A seccomp filter stops only at the calls in question, so that the program runs at nearly its usual speed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct call { long number; const char *name; };
static const struct call calls[] = {
    {SYS_write, "write"}, {SYS_pwrite64, "pwrite"}, {SYS_writev, "writev"}, {SYS_pwritev, "pwritev"},
    {SYS_pwritev2, "pwritev2"}, {SYS_copy_file_range, "copy_file_range"}, {SYS_sendfile, "sendfile"},
    {SYS_open, "open"}, {SYS_openat, "openat"}, {SYS_creat, "creat"},
    {SYS_rename, "rename"}, {SYS_renameat, "renameat"}, {SYS_renameat2, "renameat2"},
    {SYS_unlink, "unlink"}, {SYS_unlinkat, "unlinkat"}, {SYS_rmdir, "rmdir"},
    {SYS_link, "link"}, {SYS_linkat, "linkat"}, {SYS_symlink, "symlink"}, {SYS_symlinkat, "symlinkat"},
    {SYS_mkdir, "mkdir"}, {SYS_mkdirat, "mkdirat"}, {SYS_truncate, "truncate"}, {SYS_ftruncate, "ftruncate"},
    {SYS_fsync, "fsync"}, {SYS_fdatasync, "fdatasync"}, {SYS_fallocate, "fallocate"},
    {SYS_fchmod, "fchmod"}, {SYS_chmod, "chmod"}, {SYS_fchmodat, "fchmodat"}, {SYS_sendto, "sendto"}, {SYS_sendmsg, "sendmsg"},
};
enum { CALLS = sizeof calls / sizeof *calls };

static const char *folder;
static FILE *log_file;

static void die(const char *what) { perror(what); _exit(99); }

static void filter(void) {
    struct sock_filter program[CALLS + 6];
    int at = 0;
    program[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int call = 0; call < CALLS; call++)
        program[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[call].number, (unsigned char)(CALLS - call), 0);
    program[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    struct sock_fprog whole = {.len = (unsigned short)at, .filter = program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) die("no_new_privs");
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole)) die("seccomp");
}

static const char *name_of(long number) {
    for (int call = 0; call < CALLS; call++)
        if (calls[call].number == number) return calls[call].name;
    return NULL;
}

// A string of the traced program.
static void text(pid_t thread, unsigned long address, char *into, size_t size) {
    struct iovec local = {into, size - 1}, remote = {(void *)address, size - 1};
    ssize_t got = process_vm_readv(thread, &local, 1, &remote, 1, 0);
    if (got <= 0) { // the string may end before a page that is not there
        remote.iov_len = 4096 - (address & 4095);
        got = process_vm_readv(thread, &local, 1, &remote, 1, 0);
    }
    into[got > 0 ? got : 0] = 0;
}

// What a file descriptor stands for.
static void opened(pid_t thread, int descriptor, char *into, size_t size) {
    char link[64];
    snprintf(link, sizeof link, descriptor == AT_FDCWD ? "/proc/%d/cwd" : "/proc/%d/fd/%d", thread, descriptor);
    ssize_t got = readlink(link, into, size - 1);
    into[got > 0 ? got : 0] = 0;
}

static void absolute(pid_t thread, int base, unsigned long address, char *into, size_t size) {
    char path[4096], from[4096];
    text(thread, address, path, sizeof path);
    if (path[0] == '/') { snprintf(into, size, "%s", path); return; }
    opened(thread, base, from, sizeof from);
    snprintf(into, size, "%s/%s", from, path);
}

// The file that a call changes; false if it changes none in the folder.
static int changes(pid_t thread, const struct user_regs_struct *r, char *path, size_t size) {
    long nr = (long)r->orig_rax;
    switch (nr) {
    case SYS_open: case SYS_openat: case SYS_creat: {
        int flags = nr == SYS_open ? (int)r->rsi : nr == SYS_openat ? (int)r->rdx : O_CREAT;
        if (!(flags & (O_CREAT | O_TRUNC))) return 0;
        if (nr == SYS_openat) absolute(thread, (int)r->rdi, r->rsi, path, size);
        else absolute(thread, AT_FDCWD, r->rdi, path, size);
        // Opening what is there changes nothing.
        if (!(flags & O_TRUNC) && access(path, F_OK) == 0) return 0;
        break;
    }
    case SYS_rename: case SYS_unlink: case SYS_rmdir: case SYS_link: case SYS_mkdir: case SYS_truncate: case SYS_chmod:
        absolute(thread, AT_FDCWD, r->rdi, path, size);
        break;
    case SYS_symlink: absolute(thread, AT_FDCWD, r->rsi, path, size); break;
    case SYS_symlinkat: absolute(thread, (int)r->rsi, r->rdx, path, size); break;
    case SYS_renameat: case SYS_renameat2: case SYS_unlinkat: case SYS_linkat: case SYS_mkdirat: case SYS_fchmodat:
        absolute(thread, (int)r->rdi, r->rsi, path, size);
        break;
    case SYS_copy_file_range: opened(thread, (int)r->rdx, path, size); break;
    case SYS_sendto: case SYS_sendmsg: opened(thread, (int)r->rdi, path, size); return 1;
    default: opened(thread, (int)r->rdi, path, size);
    }
    if (strncmp(path, "socket:", 7) == 0) return 1;
    return strncmp(path, folder, strlen(folder)) == 0;
}

int main(int count, char **arguments) {
    if (count < 6) { fprintf(stderr, "usage: tracer FOLDER LOG AT FAULT PROGRAM ARGUMENT...\n"); return 98; }
    folder = arguments[1];
    log_file = fopen(arguments[2], "w");
    long at = atol(arguments[3]), seen = 0;
    const char *fault = arguments[4];
    int error = atoi(fault);
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        filter();
        execvp(arguments[5], arguments + 5);
        die("exec");
    }
    int status;
    waitpid(child, &status, 0);
    long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, child, 0, options)) die("options");
    ptrace(PTRACE_CONT, child, 0, 0);
    int outcome = 97;
    for (;;) {
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0) break;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread == child) outcome = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        long deliver = 0;
        if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_SECCOMP << 8))) {
            struct user_regs_struct registers;
            char path[8200];
            if (ptrace(PTRACE_GETREGS, thread, 0, &registers) == 0 && changes(thread, &registers, path, sizeof path)) {
                long nr = (long)registers.orig_rax;
                seen++;
                fprintf(log_file, "%ld %s %s\n", seen, name_of(nr), path);
                fflush(log_file);
                int torn = strcmp(fault, "torn") == 0;
                int write = nr == SYS_write || nr == SYS_pwrite64;
                if (seen == at && (strcmp(fault, "kill") == 0 || (torn && !(write && registers.rdx > 1)))) {
                    kill(child, SIGKILL);
                } else if (seen == at && torn) {
                    registers.rdx /= 2;
                    ptrace(PTRACE_SETREGS, thread, 0, &registers);
                    // The write runs, and the program ends at the stop behind it.
                    ptrace(PTRACE_SYSCALL, thread, 0, 0);
                    waitpid(thread, &status, __WALL);
                    kill(child, SIGKILL);
                    continue;
                } else if (seen == at && strcmp(fault, "term") == 0) {
                    kill(child, SIGTERM);
                } else if (seen == at && strcmp(fault, "int") == 0) {
                    kill(child, SIGINT);
                } else if (error && at && (seen == at || (error == ENOSPC && seen > at && (write || nr == SYS_openat || nr == SYS_mkdir || nr == SYS_ftruncate || nr == SYS_writev || nr == SYS_copy_file_range || nr == SYS_linkat)))) {
                    registers.orig_rax = (unsigned long)-1;
                    registers.rax = (unsigned long)-error;
                    ptrace(PTRACE_SETREGS, thread, 0, &registers);
                }
            }
        } else if (WIFSTOPPED(status) && status >> 16 == 0) {
            int signal = WSTOPSIG(status);
            // The stop that a new thread begins with is not the program's.
            deliver = signal == SIGTRAP || signal == SIGSTOP ? 0 : signal;
        }
        ptrace(PTRACE_CONT, thread, 0, deliver);
    }
    fclose(log_file);
    return outcome;
}
