/* Client of the discussion forum.
 *
 * usage: ./client server_ip server_port
 *
 * While the user thinks, the server may close the forum. So select() waits for the keyboard and for the
 * server at once. How the two talk is described in server.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buffer.h"

static const struct command {
    const char *name;
    int words;
    bool ends_in_text; /* the last argument may contain spaces */
    const char *usage;
} commands[] = {
    {"CRT", 2, false, "CRT title"},         {"MSG", 3, true, "MSG title text"},
    {"DLT", 3, false, "DLT title number"},  {"EDT", 4, true, "EDT title number text"},
    {"LST", 1, false, "LST"},               {"RDT", 2, false, "RDT title"},
    {"UPD", 3, false, "UPD title file"},    {"DWN", 3, false, "DWN title file"},
    {"RMV", 2, false, "RMV title"},         {"XIT", 1, false, "XIT"},
    {"SHT", 2, false, "SHT admin_password"},
};

static int server;             /* the connection */
static struct buffer received; /* from the server, not used yet */
static struct buffer typed;    /* from the keyboard, not used yet */

static void leave(const char *text, int status)
{
    printf("%s\n", text);
    fflush(stdout);
    close(server);
    exit(status);
}

/* ------------------------------------------------------------------- server */

/* Get more bytes from the server, at least one. */
static void receive_more(void)
{
    char part[65536];
    ssize_t count = recv(server, part, sizeof part, 0);
    if (count > 0)
        buffer_add(&received, part, (size_t)count);
    else if (count == 0 || errno != EINTR)
        leave("\nthe connection to the server is lost", 1);
}

/* If the next line is the end of the forum, say so and leave. */
static void check_bye(char *line)
{
    if (strncmp(line, "BYE ", 4) == 0) {
        printf("\n%s", line + 4);
        leave("", 0);
    }
}

/* The next line from the server. The caller frees it. */
static char *receive_line(void)
{
    char *line;
    while ((line = buffer_take_line(&received)) == NULL)
        receive_more();
    check_bye(line);
    return line;
}

/* Send all of these bytes: send() may take only a part of them at a time. */
static void send_all(const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t sent = send(server, bytes, count, 0);
        if (sent < 0 && errno != EINTR)
            return; /* the server is gone; what it said at last is found when we listen to it */
        if (sent > 0) {
            bytes += sent;
            count -= (size_t)sent;
        }
    }
}

/* Send one line, made of words. */
static void send_words(char *words[], int count)
{
    struct buffer line = {0};
    for (int i = 0; i < count; i++)
        buffer_print(&line, i ? " %s" : "%s", words[i]);
    buffer_add(&line, "\n", 1);
    send_all(line.data, line.length);
    buffer_free(&line);
}

/* Show the rest of an answer whose first line this is. True: it was done. */
static bool show(char *line)
{
    while (line[0] == '*') {
        printf("%s\n", line + 2);
        free(line);
        line = receive_line();
    }
    bool done = line[0] == '+';
    printf("%s%s\n", done ? "" : "Sorry: ", line + 2);
    free(line);
    return done;
}

/* ----------------------------------------------------------------- keyboard */

/* Ask, and return what the user types, without spaces around it. The caller frees it. */
static char *ask(const char *question)
{
    char *line;
    printf("%s", question);
    fflush(stdout);
    while ((line = buffer_take_line(&typed)) == NULL) {
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(STDIN_FILENO, &readable);
        FD_SET(server, &readable);
        if (select(server + 1, &readable, NULL, NULL, NULL) < 0)
            continue; /* interrupted by a signal */
        if (FD_ISSET(server, &readable)) {
            receive_more(); /* nothing was asked, so it can only be the end */
            while ((line = buffer_take_line(&received)) != NULL) {
                check_bye(line);
                free(line);
            }
        }
        if (FD_ISSET(STDIN_FILENO, &readable)) {
            char part[4096];
            ssize_t count = read(STDIN_FILENO, part, sizeof part);
            if (count <= 0)
                leave("\nend of input", 0);
            buffer_add(&typed, part, (size_t)count);
        }
    }
    size_t skip = strspn(line, " \t\r");
    memmove(line, line + skip, strlen(line + skip) + 1);
    size_t length = strlen(line);
    while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL)
        line[--length] = '\0';
    return line;
}

/* Ask for one word until it is one, and send it. */
static void send_word(const char *question)
{
    char *word = ask(question);
    while (*word == '\0' || strchr(word, ' ') != NULL) {
        printf("One word, please.\n");
        free(word);
        word = ask(question);
    }
    send_words(&word, 1);
    free(word);
}

static void log_in(void)
{
    bool done = false;
    while (!done) {
        send_word("login: ");
        char *line = receive_line();
        if (strcmp(line, "KNOWN") == 0 || strcmp(line, "NEW") == 0) {
            send_word(line[0] == 'K' ? "password: " : "you are new here, invent a password: ");
            free(line);
            line = receive_line();
        }
        done = show(line);
    }
}

/* ----------------------------------------------------------------- commands */

static void upload(char *words[])
{
    struct buffer content = {0};
    if (!file_read(words[2], &content)) {
        printf("%s: %s\n", words[2], strerror(errno));
        buffer_free(&content);
        return;
    }
    send_words(words, 3);
    char *line = receive_line();
    if (strcmp(line, "GO") == 0) {
        char size[32];
        snprintf(size, sizeof size, "%zu\n", content.length);
        send_all(size, strlen(size));
        send_all(content.data, content.length);
        free(line);
        line = receive_line();
    }
    show(line);
    buffer_free(&content);
}

static void download(char *words[])
{
    size_t size;
    send_words(words, 3);
    char *line = receive_line();
    if (sscanf(line, "FILE %zu", &size) != 1) {
        show(line);
        return;
    }
    free(line);
    while (received.length < size)
        receive_more();
    if (file_write(words[2], received.data, size))
        printf("%s has %zu bytes\n", words[2], size);
    else
        printf("%s: %s\n", words[2], strerror(errno));
    buffer_drop(&received, size);
}

/* Cut a line into the words of a command. NULL: it is not one, and the user has been told. */
static const struct command *understand(char *line, char *words[])
{
    size_t length = strcspn(line, " \t");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const struct command *command = &commands[i];
        if (strlen(command->name) != length || strncmp(command->name, line, length) != 0)
            continue;
        /* Where no text is wanted, one word more than wanted shows that there are too many. */
        int most = command->ends_in_text ? command->words : command->words + 1;
        if (split(line, words, most) == command->words)
            return command;
        printf("Usage: %s\n", command->usage);
        return NULL;
    }
    printf("What is that? I know only the commands above.\n");
    return NULL;
}

static void perform(char *line)
{
    char *words[5];
    const struct command *command = understand(line, words);
    if (command == NULL)
        return;
    if (strcmp(command->name, "UPD") == 0) {
        upload(words);
    } else if (strcmp(command->name, "DWN") == 0) {
        download(words);
    } else {
        send_words(words, command->words);
        show(receive_line());
        if (strcmp(command->name, "XIT") == 0)
            leave("bye", 0);
    }
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s server_ip server_port\n", argv[0]);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[2]))};
    server = socket(AF_INET, SOCK_STREAM, 0);
    if (server < 0 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1 ||
        connect(server, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("no connection to the server");
        return 1;
    }
    log_in();
    while (true) {
        char *line = ask("CRT MSG DLT EDT LST RDT UPD DWN RMV XIT SHT\ncommand: ");
        if (*line != '\0')
            perform(line);
        free(line);
    }
}
