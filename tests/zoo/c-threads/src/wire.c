#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

bool read_n(int fd, void *buffer, size_t n)
{
    char *p = buffer;
    while (n > 0) {
        ssize_t got = recv(fd, p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

bool write_n(int fd, const void *buffer, size_t n)
{
    const char *p = buffer;
    while (n > 0) {
        /* MSG_NOSIGNAL: the other side may have left, which is no reason to die */
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

bool send_message(int fd, enum op op, unsigned argument, const void *body, size_t size)
{
    struct header h = {
        .magic = htonl(MAGIC),
        .op = htons((uint16_t)op),
        .argument = htons((uint16_t)argument),
        .extra = htonl((uint32_t)size),
    };
    return write_n(fd, &h, sizeof h) && write_n(fd, body, size);
}

bool send_text(int fd, enum op op, unsigned argument, const char *text)
{
    return send_message(fd, op, argument, text, strlen(text));
}

bool receive_message(int fd, struct message *m)
{
    struct header h;
    if (!read_n(fd, &h, sizeof h) || ntohl(h.magic) != MAGIC || ntohl(h.extra) > MAX_EXTRA)
        return false;
    m->op = ntohs(h.op);
    m->argument = ntohs(h.argument);
    m->size = ntohl(h.extra);
    m->body = malloc(m->size + 1u);
    if (m->body == NULL)
        return false;
    if (!read_n(fd, m->body, m->size)) {
        free(m->body);
        return false;
    }
    m->body[m->size] = '\0';
    return true;
}
