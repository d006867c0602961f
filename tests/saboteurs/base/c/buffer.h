/* A row of bytes that grows: what has come over the network and is not used yet, or must still be sent. */
#ifndef BUFFER_H
#define BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *data;
    size_t length; /* bytes in use */
    size_t room;   /* bytes there is memory for */
};

void buffer_add(struct buffer *buffer, const void *bytes, size_t count);
void buffer_print(struct buffer *buffer, const char *format, ...);
void buffer_drop(struct buffer *buffer, size_t count); /* forget the first bytes */
void buffer_free(struct buffer *buffer);

/* Take the first line out, without its newline. NULL: none is complete. The caller frees it. */
char *buffer_take_line(struct buffer *buffer);

/* Files in the folder the program runs in. False: it did not work, and errno says why. */
bool file_read(const char *name, struct buffer *content);
bool file_write(const char *name, const void *bytes, size_t count);

/* Cut a line into words at its spaces, in place. The last of `most` words is all that remains, with
 * its spaces. Returns how many words there are. */
int split(char *line, char *words[], int most);

/* Memory or nothing: these end the program when there is no more. */
void *need(void *memory);
char *copy(const char *text);

#endif
