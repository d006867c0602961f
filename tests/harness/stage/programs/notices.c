/* Waits at a pipe called "first": in epoll_wait(), or (with an argument) at a socket with a limit of an hour.
 * Says so if it was interrupted there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int pair[2], poller = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    struct timeval hour = {3600, 0};
    char byte;
    (void)argv;
    mkfifo("first", 0600);
    mkfifo("last", 0600);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &hour, sizeof hour);
    epoll_ctl(poller, EPOLL_CTL_ADD, open("first", O_RDWR), &event);
    puts("ready");
    fflush(stdout);
    for (;;) {
        ssize_t got = argc > 1 ? recv(pair[0], &byte, 1, 0) : epoll_wait(poller, &event, 1, -1);
        puts(got < 0 && errno == EINTR ? "first: interrupted" : "first: woken");
        fflush(stdout);
        if (got > 0)
            return 0;
    }
}
