/*
 * usage: ./server port admin_password
 *
 * Every client has a pthread of its own, which reads a message, obeys and answers. Syntax is checked by the
 * client; a message with the arguments has one of them a line.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "src/accounts.h"
#include "src/forum.h"
#include "src/wire.h"

/* Who does not read for so long is not told that the forum closes. */
#define PATIENCE_S 10

struct guest {
    int fd;
    char *name;
    bool inside;
    pthread_mutex_t writing; /* an answer and the news of the shutdown must not be mixed */
    struct guest *next;
};

static struct guest *guests;
static pthread_mutex_t guests_lock = PTHREAD_MUTEX_INITIALIZER;
static const char *admin_password;

static void welcome(struct guest *g)
{
    pthread_mutex_lock(&guests_lock);
    g->next = guests;
    guests = g;
    pthread_mutex_unlock(&guests_lock);
}

static void part_with(struct guest *g)
{
    pthread_mutex_lock(&guests_lock);
    struct guest **place = &guests;
    while (*place != g)
        place = &(*place)->next;
    *place = g->next;
    pthread_mutex_unlock(&guests_lock);
    if (g->inside)
        account_leave(g->name);
    close(g->fd);
    pthread_mutex_destroy(&g->writing);
    free(g->name);
    free(g);
}

static bool answer_bytes(struct guest *g, enum op op, unsigned argument, const void *bytes, size_t size)
{
    pthread_mutex_lock(&g->writing);
    bool fine = send_message(g->fd, op, argument, bytes, size);
    pthread_mutex_unlock(&g->writing);
    return fine;
}

static bool answer(struct guest *g, enum answer a, const char *text)
{
    return answer_bytes(g, OP_ANSWER, a, text, strlen(text));
}

/* `problem` if there is one, else what was done. */
static bool result(struct guest *g, const char *problem, const char *success)
{
    return problem != NULL ? answer(g, NO, problem) : answer(g, YES, success);
}

/* Deletes all files, tells everybody, ends the program. */
static void shut_down(struct guest *by)
{
    /* From here on nobody can change or create anything: both modules keep their locks. */
    forum_close();
    accounts_close();
    printf("%s shuts the forum down\n", by->name);
    pthread_mutex_lock(&guests_lock);
    for (struct guest *g = guests; g != NULL; g = g->next) {
        struct timespec until;
        struct timeval patience = {.tv_sec = PATIENCE_S};
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += PATIENCE_S;
        setsockopt(g->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (pthread_mutex_timedlock(&g->writing, &until) == 0)
            send_text(g->fd, OP_CLOSED, YES, "The forum is closed now, by order of the administrator.");
    }
    fflush(stdout);
    _exit(EXIT_SUCCESS);
}

/* ---- login ---- */

static bool log_in(struct guest *g, const struct message *m)
{
    if (m->op == OP_NAME) {
        free(g->name);
        g->name = strdup(m->body);
        return answer(g, account_exists(m->body) ? YES : UNKNOWN, "");
    }
    if (g->name == NULL || (m->op != OP_PASSWORD && m->op != OP_NEW_PASSWORD))
        return false;
    const char *problem = m->op == OP_PASSWORD ? account_enter(g->name, m->body)
                                               : account_register(g->name, m->body);
    g->inside = problem == NULL;
    printf("%s %s\n", g->name, g->inside ? "comes in" : "is sent back");
    return result(g, problem, "You are in.");
}

/* ---- commands ---- */

static bool receive_upload(struct guest *g, const char *title, const char *file)
{
    const char *problem = forum_may_upload(title, file);
    if (!result(g, problem, "") || problem != NULL)
        return problem != NULL;
    struct message content;
    if (!receive_message(g->fd, &content))
        return false;
    bool fits = content.op == OP_FILE;
    if (fits)
        problem = forum_upload(g->name, title, file, content.body, content.size);
    free(content.body);
    return fits && result(g, problem, "The file is in the thread.");
}

static bool send_download(struct guest *g, const char *title, const char *file)
{
    char *bytes;
    size_t size;
    const char *problem = forum_download(title, file, &bytes, &size);
    if (problem != NULL)
        return answer(g, NO, problem);
    bool fine = answer_bytes(g, OP_FILE, YES, bytes, size);
    free(bytes);
    return fine;
}

static bool send_lines(struct guest *g, const char *problem, char *lines, const char *none)
{
    if (problem != NULL)
        return answer(g, NO, problem);
    bool fine = answer(g, YES, *lines != '\0' ? lines : none);
    free(lines);
    return fine;
}

static bool obey(struct guest *g, const struct message *m)
{
    char *rest = m->body, *lines = NULL;
    const char *a[3] = {"", "", ""};
    for (int i = 0; i < 3 && rest != NULL; i++)
        a[i] = strsep(&rest, "\n");
    const char *problem;
    switch (m->op) {
    case OP_CRT:
        return result(g, forum_create(g->name, a[0]), "The thread is open.");
    case OP_MSG:
        return result(g, forum_post(g->name, a[0], a[1]), "Your message stands in the thread.");
    case OP_DLT:
        return result(g, forum_delete(g->name, a[0], a[1]), "Your message is gone.");
    case OP_EDT:
        return result(g, forum_edit(g->name, a[0], a[1], a[2]), "Your message has a new text.");
    case OP_LST:
        return send_lines(g, NULL, forum_list(), "The forum is empty.\n");
    case OP_RDT:
        problem = forum_read(a[0], &lines);
        return send_lines(g, problem, lines, "Nothing has been written in this thread.\n");
    case OP_UPD:
        return receive_upload(g, a[0], a[1]);
    case OP_DWN:
        return send_download(g, a[0], a[1]);
    case OP_RMV:
        return result(g, forum_remove(g->name, a[0]), "The thread is closed and deleted.");
    case OP_XIT:
        /* Before the answer: who has it may come back at once. */
        account_leave(g->name);
        g->inside = false;
        printf("%s leaves\n", g->name);
        answer(g, YES, "Have a good day.");
        return false;
    case OP_SHT:
        if (strcmp(a[0], admin_password) == 0)
            shut_down(g);
        return answer(g, NO, "This does not open the administrator's door.");
    default:
        return false;
    }
}

static void *serve(void *argument)
{
    struct guest *g = argument;
    struct message m;
    bool going_on = true;
    while (going_on && receive_message(g->fd, &m)) {
        if (g->inside)
            printf("%s asks for %d\n", g->name, m.op);
        going_on = g->inside ? obey(g, &m) : log_in(g, &m);
        free(m.body);
    }
    part_with(g);
    return NULL;
}

static int open_door(int port)
{
    int door = socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in here = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    if (bind(door, (struct sockaddr *)&here, sizeof here) < 0 || listen(door, 64) < 0) {
        perror("server");
        exit(EXIT_FAILURE);
    }
    return door;
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s port admin_password\n", argv[0]);
        return EXIT_FAILURE;
    }
    setlinebuf(stdout);
    admin_password = argv[2];
    accounts_load();
    int door = open_door(atoi(argv[1]));
    printf("the forum is open\n");
    for (;;) {
        int fd = accept(door, NULL, NULL);
        if (fd < 0) {
            if (errno != EINTR && errno != ECONNABORTED)
                perror("accept");
            continue;
        }
        struct guest *g = calloc(1, sizeof *g);
        g->fd = fd;
        pthread_mutex_init(&g->writing, NULL);
        welcome(g);
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, g) == 0)
            pthread_detach(thread);
        else
            part_with(g);
    }
}
