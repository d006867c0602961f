"""The threads, kept as tuples (number or None, user, text or file name). Each function returns the user's answer."""
import os


class No(Exception):
    """The reason why a request is turned down."""


topics = {}  # title -> list of tuples; the first one is (None, creator, None)


def entries(title):
    if title not in topics:
        raise No("thread unknown: " + title)
    return topics[title]


def creator(title):
    return entries(title)[0][1]


def line(entry):
    number, user, rest = entry
    if rest is None:
        return user
    return "%s uploaded %s" % (user, rest) if number is None else "%d %s: %s" % entry


def store(title, new_entries):
    """Put these in place of the thread's entries and number the messages anew."""
    numbered, count = [], 0
    for number, user, rest in new_entries:
        count += number is not None
        numbered.append((None if number is None else count, user, rest))
    with open(title, "w", encoding="utf-8") as f:
        f.write("\n".join(map(line, numbered)) + "\n")
    topics[title] = numbered


def free(path):
    if os.path.basename(path) != path or "\0" in path or os.path.lexists(path):
        raise No("not a possible name: " + path)


def has_file(title, name):
    return any(number is None and rest == name for number, _, rest in entries(title))


def position(user, title, wanted):
    for i, (number, author, _) in enumerate(entries(title)):
        if number is not None and str(number) == wanted:
            if author != user:
                raise No("message %s is by %s" % (wanted, author))
            return i
    raise No("message %s does not exist in %s" % (wanted, title))


def CRT(user, title):
    if title in topics:
        raise No("thread already exists: " + title)
    free(title)
    store(title, [(None, user, None)])
    return "thread %s made" % title


def MSG(user, title, text):
    store(title, entries(title) + [(0, user, text)])
    return "message %d written to %s" % (sum(e[0] is not None for e in topics[title]), title)


def DLT(user, title, number):
    i = position(user, title, number)
    store(title, topics[title][:i] + topics[title][i + 1:])
    return "message %s erased from %s" % (number, title)


def EDT(user, title, number, text):
    i = position(user, title, number)
    store(title, topics[title][:i] + [(int(number), user, text)] + topics[title][i + 1:])
    return "message %s rewritten in %s" % (number, title)


def LST(user):
    return "\n".join("  " + title for title in topics) or "there is no thread"


def RDT(user, title):
    return "\n".join(map(line, entries(title)[1:])) or "thread %s is blank" % title


def RMV(user, title):
    if creator(title) != user:
        raise No("only its maker can destroy a thread, and that is " + creator(title))
    erase(title)
    return "thread %s destroyed" % title


def may_upload(title, name):
    if has_file(title, name):
        raise No("thread %s has %s already" % (title, name))
    free(title + "-" + name)


def upload(user, title, name, body):
    may_upload(title, name)
    with open(title + "-" + name, "wb") as f:
        f.write(body)
    store(title, entries(title) + [(None, user, name)])
    return "%s handed in to %s" % (name, title)


def download(title, name):
    if not has_file(title, name):
        raise No("thread %s does not have %s" % (title, name))
    with open(title + "-" + name, "rb") as f:
        return f.read()


def erase(title):
    files = [title + "-" + rest for number, _, rest in topics[title] if number is None and rest is not None]
    for path in files + [title]:
        if os.path.exists(path):
            os.remove(path)
    del topics[title]
