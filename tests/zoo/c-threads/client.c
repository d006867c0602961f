/*
 * usage: ./client server_ip server_port
 *
 * The main thread reads the keyboard, sends requests and waits for their answers. The other one receives: it hands
 * answers over, and ends the program when the forum closes.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/wire.h"

static int server;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
static struct message reply;
static bool has_reply;

/* Ends both threads. _exit(), as exit() may wait for the stdin that the other thread is reading. */
static void leave(const char *words, int status)
{
    static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&once);
    printf("%s\n", words);
    fflush(stdout);
    _exit(status);
}

static void *receive(void *unused)
{
    struct message m;
    (void)unused;
    while (receive_message(server, &m)) {
        if (m.op == OP_CLOSED)
            leave(m.body, 0);
        pthread_mutex_lock(&lock);
        reply = m;
        has_reply = true;
        pthread_cond_signal(&arrived);
        pthread_mutex_unlock(&lock);
    }
    leave("The server has gone.", 0);
    return NULL;
}

/* Send a request and wait for what comes back. If the server is lost, the other thread ends the program. */
static struct message request(enum op op, const void *body, size_t size)
{
    send_message(server, op, YES, body, size);
    pthread_mutex_lock(&lock);
    while (!has_reply)
        pthread_cond_wait(&arrived, &lock);
    has_reply = false;
    struct message m = reply;
    pthread_mutex_unlock(&lock);
    return m;
}

/* A line from the keyboard without the space around it. */
static char *read_line(void)
{
    static char *line;
    static size_t size;
    printf("> ");
    fflush(stdout);
    if (getline(&line, &size, stdin) < 0)
        leave("", 0);
    size_t end = strlen(line);
    while (end > 0 && strchr(" \t\r\n", line[end - 1]))
        line[--end] = '\0';
    return line + strspn(line, " \t");
}

/* Ask until there is one word. */
static const char *read_word(const char *question)
{
    for (;;) {
        puts(question);
        const char *word = read_line();
        if (*word != '\0' && strchr(word, ' ') == NULL)
            return word;
    }
}

static void log_in(void)
{
    for (;;) {
        const char *word = read_word("Who are you?");
        struct message m = request(OP_NAME, word, strlen(word));
        bool known = m.argument == YES;
        free(m.body);
        word = read_word(known ? "What is your password?" : "Nice to meet you. What shall your password be?");
        m = request(known ? OP_PASSWORD : OP_NEW_PASSWORD, word, strlen(word));
        puts(m.body);
        free(m.body);
        if (m.argument == YES)
            return;
    }
}

static const struct syntax {
    const char *name;
    enum op op;
    int arguments;
    bool text; /* the last one may be several words */
    const char *help;
} table[] = {
    {"CRT", OP_CRT, 1, false, "CRT title"},
    {"MSG", OP_MSG, 2, true, "MSG title text"},
    {"DLT", OP_DLT, 2, false, "DLT title number"},
    {"EDT", OP_EDT, 3, true, "EDT title number text"},
    {"LST", OP_LST, 0, false, "LST"},
    {"RDT", OP_RDT, 1, false, "RDT title"},
    {"UPD", OP_UPD, 2, false, "UPD title file"},
    {"DWN", OP_DWN, 2, false, "DWN title file"},
    {"RMV", OP_RMV, 1, false, "RMV title"},
    {"XIT", OP_XIT, 0, false, "XIT"},
    {"SHT", OP_SHT, 1, false, "SHT admin_password"},
    {NULL, 0, 0, false, NULL},
};

/* Put a newline in place of each space between two arguments. False: there are too few or too many. */
static bool separate(const struct syntax *s, char *arguments)
{
    if (*arguments == '\0')
        return s->arguments == 0;
    int count = 1;
    for (char *space; (space = strchr(arguments, ' ')) != NULL && !(s->text && count == s->arguments); count++) {
        *space = '\n';
        arguments = space + 1;
        if (*arguments == ' ')
            return false;
    }
    return count == s->arguments;
}

static void upload(const char *arguments)
{
    const char *name = strchr(arguments, '\n') + 1;
    FILE *file = fopen(name, "rb");
    char *bytes = NULL;
    size_t size = 0, got;
    char block[65536];
    if (file == NULL) {
        printf("There is no file %s to be sent.\n", name);
        return;
    }
    while ((got = fread(block, 1, sizeof block, file)) > 0) {
        bytes = realloc(bytes, size + got);
        memcpy(bytes + size, block, got);
        size += got;
    }
    fclose(file);
    struct message m = request(OP_UPD, arguments, strlen(arguments));
    if (m.argument == YES) {
        free(m.body);
        m = request(OP_FILE, bytes, size);
    }
    puts(m.body);
    free(m.body);
    free(bytes);
}

static void download(const char *arguments)
{
    const char *name = strchr(arguments, '\n') + 1;
    struct message m = request(OP_DWN, arguments, strlen(arguments));
    if (m.op == OP_FILE) {
        FILE *file = fopen(name, "wb");
        bool fine = file != NULL && fwrite(m.body, 1, m.size, file) == m.size;
        fine = file != NULL && fclose(file) == 0 && fine;
        printf(fine ? "%s is here now.\n" : "%s cannot be written.\n", name);
    } else {
        puts(m.body);
    }
    free(m.body);
}

static void command(char *line)
{
    char *arguments = line;
    const char *word = strsep(&arguments, " ");
    if (arguments == NULL)
        arguments = line + strlen(line);
    const struct syntax *s = table;
    while (s->name != NULL && strcmp(s->name, word) != 0)
        s++;
    if (s->name == NULL) {
        printf("%s is not in the list.\n", word);
    } else if (!separate(s, arguments)) {
        printf("It is written like this: %s\n", s->help);
    } else if (s->op == OP_UPD) {
        upload(arguments);
    } else if (s->op == OP_DWN) {
        download(arguments);
    } else {
        struct message m = request(s->op, arguments, strlen(arguments));
        if (s->op == OP_XIT)
            leave(m.body, 0);
        printf("%s%s", m.body, m.size > 0 && m.body[m.size - 1] == '\n' ? "" : "\n");
        free(m.body);
    }
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s server_ip server_port\n", argv[0]);
        return EXIT_FAILURE;
    }
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    server = socket(AF_INET, SOCK_STREAM, 0);
    if (inet_pton(AF_INET, argv[1], &there.sin_addr) != 1
        || connect(server, (struct sockaddr *)&there, sizeof there) < 0) {
        perror("client");
        return EXIT_FAILURE;
    }
    pthread_t receiver;
    if (pthread_create(&receiver, NULL, receive, NULL) != 0)
        return EXIT_FAILURE;
    log_in();
    for (;;) {
        puts("CRT MSG DLT EDT LST RDT UPD DWN RMV XIT SHT");
        char *line = read_line();
        if (*line != '\0')
            command(line);
    }
}
