/* server PORT ADMIN_PASSWORD */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "session.h"

static int listen_on(const char *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	a.sin_addr.s_addr = htonl(INADDR_ANY);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, SOMAXCONN) != 0) {
		perror(port);
		exit(EXIT_FAILURE);
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static int busy(const Session *s)
{
	return s->out.length > 0 || s->source;
}

static void sweep(void)
{
	for (Session **place = &sessions, *s; (s = *place);) {
		if (s->gone || (s->last_words && !busy(s))) {
			*place = s->next;
			session_free(s);
		} else {
			place = &s->next;
		}
	}
}

/* 0: nothing happened for a while, which only counts when we are closing */
static int turn(int door)
{
	struct timeval patience = {10, 0};
	fd_set in, out;
	int top = door;

	FD_ZERO(&in);
	FD_ZERO(&out);
	if (!closing)
		FD_SET(door, &in);
	for (Session *s = sessions; s; s = s->next) {
		/* Who does not fetch answers is not asked for more questions. */
		if (!s->last_words && !busy(s))
			FD_SET(s->fd, &in);
		if (busy(s))
			FD_SET(s->fd, &out);
		top = s->fd > top ? s->fd : top;
	}
	if (select(top + 1, &in, &out, NULL, closing ? &patience : NULL) <= 0)
		return 0;
	for (Session *s = sessions; s; s = s->next) {
		if (FD_ISSET(s->fd, &out))
			session_writable(s);
		else if (FD_ISSET(s->fd, &in) && !closing)
			session_readable(s);
	}
	if (!closing && FD_ISSET(door, &in)) {
		int fd = accept(door, NULL, NULL);

		if (fd >= FD_SETSIZE) {
			close(fd);
		} else if (fd >= 0) {
			fcntl(fd, F_SETFL, O_NONBLOCK);
			session_new(fd);
		}
	}
	sweep();
	return 1;
}

int main(int argc, char **argv)
{
	int door;

	if (argc != 3) {
		fprintf(stderr, "%s port admin_password\n", argv[0]);
		return EXIT_FAILURE;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	admin_password = argv[2];
	door = listen_on(argv[1]);
	printf("forum listens on %s\n", argv[1]);
	while (!closing || sessions)
		if (!turn(door) && closing)
			break;
	puts("forum is closed");
	return EXIT_SUCCESS;
}
