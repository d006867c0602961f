/* Messages between client and server. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stands before every message, in network byte order. `extra` bytes follow. */
struct header {
    uint32_t magic;
    uint16_t op;
    uint16_t argument; /* of an answer: enum answer */
    uint32_t extra;
};

enum op {
    OP_NAME = 1, OP_PASSWORD, OP_NEW_PASSWORD,
    OP_CRT, OP_MSG, OP_DLT, OP_EDT, OP_LST, OP_RDT, OP_UPD, OP_DWN, OP_RMV, OP_XIT, OP_SHT,
    OP_FILE,    /* the content of a file */
    OP_ANSWER,
    OP_CLOSED,  /* may come at any time */
};

enum answer { YES, NO, UNKNOWN };

#define MAGIC 0x464f5255u        /* "FORU" */
#define MAX_EXTRA (256u << 20)   /* a longer message is taken for a mistake */

struct message {
    enum op op;
    unsigned argument;
    uint32_t size;
    char *body; /* with a zero behind it; free() it */
};

/* Exactly n bytes, however they are cut on the way. False: the connection has ended. */
bool read_n(int fd, void *buffer, size_t n);
bool write_n(int fd, const void *buffer, size_t n);

bool send_message(int fd, enum op op, unsigned argument, const void *body, size_t size);
bool send_text(int fd, enum op op, unsigned argument, const char *text);
bool receive_message(int fd, struct message *m);
