/* Server of the discussion forum.
 *
 * usage: ./server server_port admin_password
 *
 * One process without threads: select() waits for all connections at once, so a command is never
 * interrupted by another one. No socket blocks, and what cannot be sent at once waits in a buffer.
 *
 * How client and server talk: in lines. The client sends its name, its password, then commands, a line
 * each; after UPD and the answer GO it sends a line with the size of the file and then its bytes.
 * Answers are "* text" (more follows), "+ text" (done), "- text" (not done), "GO", "FILE size" with
 * the bytes behind it, and at any time "BYE text": the forum is closed. At login the name is answered
 * with "KNOWN" or "NEW".
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accounts.h"
#include "buffer.h"
#include "forum.h"

struct client {
    struct client *next;
    int fd;
    struct buffer in;
    struct buffer out;
    char *name;      /* as given at login; NULL: not yet */
    bool logged_in;
    char *title;     /* of a file that is being uploaded; NULL: none is */
    char *file;
    bool size_known; /* the line with its size has come */
    size_t size;
    bool leaving;    /* closed as soon as everything is sent */
    bool lost;       /* closed at once */
};

static struct client *clients;
static const char *admin_password;
static bool closed; /* SHT has been given: nobody else comes in, nothing else is done */

static void forget(char **text)
{
    free(*text);
    *text = NULL;
}

/* -------------------------------------------------------------------- login */

static bool is_online(const char *name)
{
    for (const struct client *other = clients; other != NULL; other = other->next)
        if (other->logged_in && strcmp(other->name, name) == 0)
            return true;
    return false;
}

/* The first line of a login. */
static void take_name(struct client *client, const char *name)
{
    if (*name == '\0' || strchr(name, ' ') != NULL) {
        buffer_print(&client->out, "- a name is one word\n");
        return;
    }
    if (is_online(name)) {
        buffer_print(&client->out, "- %s is in the forum already\n", name);
        return;
    }
    char *password = account_password(name);
    buffer_print(&client->out, password ? "KNOWN\n" : "NEW\n");
    free(password);
    client->name = copy(name);
}

/* The second line. Whatever has happened since the first one is looked at again. */
static void take_password(struct client *client, const char *password)
{
    char *right = account_password(client->name);
    bool good = *password != '\0' && strchr(password, ' ') == NULL;
    if (is_online(client->name))
        buffer_print(&client->out, "- %s is in the forum already\n", client->name);
    else if (!good || (right != NULL && strcmp(right, password) != 0))
        buffer_print(&client->out, "- this password is not accepted\n");
    else if (right == NULL && !account_add(client->name, password))
        buffer_print(&client->out, "- the account cannot be written down\n");
    else
        client->logged_in = true;
    if (client->logged_in) {
        buffer_print(&client->out, "+ you are logged in as %s\n", client->name);
        printf("%s %s\n", client->name, right ? "logged in" : "registered");
    } else {
        forget(&client->name); /* from the beginning */
    }
    free(right);
}

/* ----------------------------------------------------------------- commands */

static void shut_down(struct client *client, const char *password)
{
    if (strcmp(password, admin_password) != 0) {
        buffer_print(&client->out, "- wrong admin password\n");
        return;
    }
    printf("%s closes the forum\n", client->name);
    closed = true;
    forum_close();
    for (struct client *each = clients; each != NULL; each = each->next) {
        buffer_print(&each->out, "BYE the forum has been closed\n");
        each->leaving = true;
    }
}

static void take_command(struct client *client, char *line)
{
    char *words[4];
    int most = strncmp(line, "EDT ", 4) == 0 ? 4 : 3; /* the text of MSG and EDT keeps its spaces */
    int count = split(line, words, most);
    if (count == 0) {
        buffer_print(&client->out, "- nothing to do\n");
        return;
    }
    printf("%s: %s\n", client->name, words[0]);
    if (strcmp(words[0], "XIT") == 0 && count == 1) {
        client->logged_in = false;
        client->leaving = true;
        buffer_print(&client->out, "+ come back soon\n");
    } else if (strcmp(words[0], "SHT") == 0 && count == 2) {
        shut_down(client, words[1]);
    } else if (strcmp(words[0], "DWN") == 0 && count == 3) {
        forum_download(words[1], words[2], &client->out);
    } else if (strcmp(words[0], "UPD") == 0 && count == 3) {
        if (forum_may_upload(words[1], words[2], &client->out)) {
            client->title = copy(words[1]);
            client->file = copy(words[2]);
            client->size_known = false;
            buffer_print(&client->out, "GO\n");
        }
    } else if (!forum_do(client->name, words, count, &client->out)) {
        buffer_print(&client->out, "- not a command\n");
    }
}

/* -------------------------------------------------------------- connections */

/* All bytes of a file that is being uploaded have come. */
static void finish_upload(struct client *client)
{
    forum_upload(client->name, client->title, client->file, client->in.data, client->size, &client->out);
    buffer_drop(&client->in, client->size);
    forget(&client->title);
    forget(&client->file);
}

/* Use what has come in, as far as it is complete. False: there is nothing to use yet. */
static bool work(struct client *client)
{
    if (client->leaving)
        return false;
    if (client->title != NULL && client->size_known) {
        if (client->in.length < client->size)
            return false;
        finish_upload(client);
        return true;
    }
    char *line = buffer_take_line(&client->in);
    if (line == NULL)
        return false;
    if (client->title != NULL) {
        client->size = strtoull(line, NULL, 10);
        client->size_known = true;
    } else if (client->name == NULL) {
        take_name(client, line);
    } else if (!client->logged_in) {
        take_password(client, line);
    } else {
        take_command(client, line);
    }
    free(line);
    return true;
}

static void hear(struct client *client)
{
    char part[65536];
    ssize_t count = recv(client->fd, part, sizeof part, 0);
    if (count > 0) {
        buffer_add(&client->in, part, (size_t)count);
        while (work(client))
            ;
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        client->lost = true;
    }
}

/* Send as much as the connection takes now; the rest goes when select() says so. */
static void speak(struct client *client)
{
    ssize_t count = send(client->fd, client->out.data, client->out.length, 0);
    if (count >= 0)
        buffer_drop(&client->out, (size_t)count);
    else if (errno != EAGAIN && errno != EINTR)
        client->lost = true;
}

static void welcome(int door)
{
    int fd = accept(door, NULL, NULL);
    if (fd < 0)
        return;
    if (fd >= FD_SETSIZE) { /* more than select() can watch */
        close(fd);
        return;
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    struct client *client = need(calloc(1, sizeof *client));
    client->fd = fd;
    client->next = clients;
    clients = client;
    printf("somebody has come\n");
}

/* Close the connections of those who are gone or have been told everything. */
static void clean_up(void)
{
    struct client **place = &clients;
    while (*place != NULL) {
        struct client *client = *place;
        if (!client->lost && !(client->leaving && client->out.length == 0)) {
            place = &client->next;
            continue;
        }
        *place = client->next;
        close(client->fd);
        buffer_free(&client->in);
        buffer_free(&client->out);
        forget(&client->name);
        forget(&client->title);
        forget(&client->file);
        free(client);
        printf("somebody has left\n");
    }
}

/* Wait until something happens, and deal with it. */
static void turn(int door)
{
    fd_set readable, writable;
    int highest = door;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    if (!closed)
        FD_SET(door, &readable);
    for (struct client *client = clients; client != NULL; client = client->next) {
        if (!client->leaving)
            FD_SET(client->fd, &readable);
        if (client->out.length > 0)
            FD_SET(client->fd, &writable);
        if (client->fd > highest)
            highest = client->fd;
    }
    if (select(highest + 1, &readable, &writable, NULL, NULL) < 0)
        return; /* interrupted by a signal: once more */
    for (struct client *client = clients; client != NULL; client = client->next) {
        if (FD_ISSET(client->fd, &readable))
            hear(client);
        if (client->out.length > 0 && !client->lost)
            speak(client);
    }
    clean_up();
    if (!closed && FD_ISSET(door, &readable))
        welcome(door);
}

static int open_door(int port)
{
    int door = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    if (door < 0 || setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(door, (struct sockaddr *)&address, sizeof address) < 0 || listen(door, SOMAXCONN) < 0) {
        perror("the server cannot start");
        exit(1);
    }
    fcntl(door, F_SETFL, fcntl(door, F_GETFL) | O_NONBLOCK);
    return door;
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s server_port admin_password\n", argv[0]);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN); /* send() tells us when a client is gone */
    setvbuf(stdout, NULL, _IOLBF, 0);
    admin_password = argv[2];
    int door = open_door(atoi(argv[1]));
    printf("the forum is open\n");
    while (!closed || clients != NULL)
        turn(door);
    close(door);
    printf("the forum is closed\n");
    return 0;
}
