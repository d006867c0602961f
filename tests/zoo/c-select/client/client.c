/* client SERVER_IP SERVER_PORT */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

struct input {
	int fd;
	char *at;
	size_t length, room;
	int ended;
};

static struct input keyboard = {.fd = 0}, server;
static char user[4096];
static char wanted[4096]; /* the file of UPD or DWN */

/* What the next typed line is (then the keyboard is heard), or what the server has been asked. */
static enum { NAME, PASSWORD, COMMAND, ASKED_NAME, ASKED_PASSWORD, ASKED } state = NAME;

static FILE *file;
static long left; /* bytes of a download to come; with file NULL they are thrown away */

static void fill(struct input *i)
{
	ssize_t n;

	if (i->length == i->room) {
		i->room = i->room * 2 + 4096;
		i->at = realloc(i->at, i->room);
		if (!i->at)
			abort();
	}
	n = read(i->fd, i->at + i->length, i->room - i->length);
	if (n <= 0)
		i->ended = 1;
	else
		i->length += (size_t)n;
}

static void drop(struct input *i, size_t n)
{
	i->length -= n;
	memmove(i->at, i->at + n, i->length);
}

/* Copies a line without its end; 0: there is none yet. */
static int next_line(struct input *i, char *line, size_t size)
{
	char *end = i->length ? memchr(i->at, '\n', i->length) : NULL;
	size_t n, copied;

	if (!end)
		return 0;
	n = (size_t)(end - i->at);
	copied = n < size ? n : size - 1;
	memcpy(line, i->at, copied);
	line[copied] = '\0';
	drop(i, n + 1);
	return 1;
}

/* If it fails the server has gone, which is seen where we read. */
static void tell(const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		ssize_t sent = send(server.fd, at, n, MSG_NOSIGNAL);

		if (sent < 0)
			return;
		at += sent;
		n -= (size_t)sent;
	}
}

static void tell_line(const char *verb, const char *rest)
{
	char line[8192 + 16];
	int n = snprintf(line, sizeof line, "%s%s\n", verb, rest);

	tell(line, (size_t)n);
}

static void prompt(void)
{
	if (state == NAME)
		printf("Username:\n");
	else if (state == PASSWORD)
		printf("Password:\n");
	else
		printf("\n%s, your command? CRT MSG DLT EDT LST RDT UPD DWN RMV XIT SHT\n", user);
	fflush(stdout);
}

static void ask(int next)
{
	state = next;
	prompt();
}

static void second_argument(const char *line)
{
	wanted[0] = '\0';
	sscanf(line, "%*s %*s %4095s", wanted);
}

static void typed(char *line)
{
	size_t n = strlen(line);

	while (n > 0 && isspace((unsigned char)line[n - 1]))
		line[--n] = '\0';
	if (n == 0 || (state != COMMAND && strchr(line, ' '))) {
		if (state != COMMAND)
			puts("One word, please.");
		prompt();
	} else if (state == NAME) {
		strcpy(user, line);
		tell_line("NAME ", line);
		state = ASKED_NAME;
	} else if (state == PASSWORD) {
		tell_line("PASS ", line);
		state = ASKED_PASSWORD;
	} else {
		second_argument(line);
		tell_line(line, "");
		state = ASKED;
	}
}

static void upload(void)
{
	FILE *f = fopen(wanted, "rb");
	char *bytes = NULL;
	size_t n = 0, room = 0, got = 1;
	char size[32];

	while (f && got > 0) {
		if (n == room) {
			room = room * 2 + 65536;
			bytes = realloc(bytes, room);
			if (!bytes)
				abort();
		}
		n += got = fread(bytes + n, 1, room - n, f);
	}
	if (f) {
		snprintf(size, sizeof size, "%zu", n);
		tell_line("DATA ", size);
		tell(bytes, n);
		fclose(f);
	} else {
		printf("There is no file %s here.\n", wanted);
		tell_line("NODATA", "");
	}
	free(bytes);
}

static void end_download(void)
{
	if (file && fclose(file) == 0)
		printf("%s has been downloaded.\n", wanted);
	else
		printf("%s cannot be written here.\n", wanted);
	file = NULL;
	ask(COMMAND);
}

static void heard(const char *line)
{
	int code = atoi(line);
	const char *text = strlen(line) > 4 ? line + 4 : "";

	switch (code) {
	case 221:
		puts(text);
		exit(0);
	case 211:
		puts(text);
		break;
	case 354:
		upload();
		break;
	case 255:
		left = atol(text);
		file = fopen(wanted, "wb");
		if (left == 0)
			end_download();
		break;
	case 331:
		ask(PASSWORD);
		break;
	case 332:
		puts("You have no account yet. Choose your password.");
		ask(PASSWORD);
		break;
	default:
		puts(text);
		ask(state == ASKED || code == 230 ? COMMAND : NAME);
	}
}

static void serve_socket(void)
{
	char line[8192];

	fill(&server);
	for (;;) {
		if (left > 0) {
			size_t n = server.length < (size_t)left ? server.length : (size_t)left;

			if (n == 0)
				break;
			if (file && fwrite(server.at, 1, n, file) != n) {
				fclose(file);
				file = NULL;
			}
			drop(&server, n);
			left -= (long)n;
			if (left == 0)
				end_download();
		} else if (next_line(&server, line, sizeof line)) {
			heard(line);
		} else {
			break;
		}
	}
	if (server.ended) {
		puts("The server has closed the connection. Good bye.");
		exit(0);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	char line[4096];

	if (argc != 3 || inet_pton(AF_INET, argv[1], &a.sin_addr) != 1) {
		fprintf(stderr, "%s server_ip server_port\n", argv[0]);
		return 1;
	}
	a.sin_port = htons((unsigned short)atoi(argv[2]));
	server.fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(server.fd, (struct sockaddr *)&a, sizeof a) != 0) {
		perror("connect");
		return 1;
	}
	prompt();
	for (;;) {
		fd_set in;
		int listening = state == NAME || state == PASSWORD || state == COMMAND;

		/* select() knows nothing of a line that we have read already */
		if (listening && next_line(&keyboard, line, sizeof line)) {
			typed(line);
			continue;
		}
		if (listening && keyboard.ended)
			return 0;
		FD_ZERO(&in);
		FD_SET(server.fd, &in);
		if (listening)
			FD_SET(keyboard.fd, &in);
		if (select(server.fd + 1, &in, NULL, NULL, NULL) < 0)
			continue;
		if (FD_ISSET(server.fd, &in))
			serve_socket();
		else if (listening && FD_ISSET(keyboard.fd, &in))
			fill(&keyboard);
	}
}
