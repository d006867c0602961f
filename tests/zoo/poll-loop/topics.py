# The threads of the forum and the commands that work on them. Knows nothing of sockets.

import base64
import os

topics = {}         # title -> {'owner': ..., 'lines': [[kind, user, text or file name], ...]}


class Problem(Exception):
    pass


def topic(title):
    if title not in topics:
        raise Problem('there is no thread ' + title)
    return topics[title]


def body(title):
    result = []
    n = 1
    for kind, user, text in topics[title]['lines']:
        if kind == 'post':
            result.append('%d %s: %s' % (n, user, text))
            n += 1
        else:
            result.append('%s uploaded %s' % (user, text))
    return result


def save(title):
    f = open(title, 'w')
    f.write('\n'.join([topics[title]['owner']] + body(title)) + '\n')
    f.close()


def uploads(title):
    return [text for kind, user, text in topic(title)['lines'] if kind == 'file']


def allowed(name):
    return '/' not in name and '\0' not in name and not os.path.lexists(name)


def post_of(user, title, number):
    posts = [line for line in topic(title)['lines'] if line[0] == 'post']
    numbers = [str(i + 1) for i in range(len(posts))]
    if number not in numbers:
        raise Problem('thread %s has no message %s' % (title, number))
    post = posts[numbers.index(number)]
    if post[1] != user:
        raise Problem('message %s is from %s' % (number, post[1]))
    return post


def check_upload(title, name):
    if name in uploads(title) or not allowed(title + '-' + name):
        raise Problem('the forum cannot take this file')


def delete(title):
    for path in [title + '-' + name for name in uploads(title)] + [title]:
        if os.path.exists(path):
            os.remove(path)
    del topics[title]


def command(user, do, args, data):
    """Carry one command of this user out; returns what is to be answered."""
    if do == 'CRT':
        if args[0] in topics:
            raise Problem('thread %s is there already' % args[0])
        if not allowed(args[0]):
            raise Problem('this title is not allowed')
        topics[args[0]] = {'owner': user, 'lines': []}
        save(args[0])
        return {'note': 'created ' + args[0]}
    if do == 'LST':
        return {'note': '\n'.join(topics) if topics else '(no threads)'}
    if do == 'RDT':
        topic(args[0])
        return {'note': '\n'.join(body(args[0]))}
    if do == 'MSG':
        topic(args[0])['lines'].append(['post', user, args[1]])
        save(args[0])
        return {'note': 'posted to ' + args[0]}
    if do == 'DLT':
        post = post_of(user, args[0], args[1])
        topics[args[0]]['lines'] = [line for line in topics[args[0]]['lines'] if line is not post]
        save(args[0])
        return {'note': 'deleted from ' + args[0]}
    if do == 'EDT':
        post_of(user, args[0], args[1])[2] = args[2]
        save(args[0])
        return {'note': 'edited in ' + args[0]}
    if do == 'CHECK':
        check_upload(args[0], args[1])
        return {'note': 'go ahead'}
    if do == 'UPD':
        check_upload(args[0], args[1])
        f = open(args[0] + '-' + args[1], 'wb')
        f.write(base64.b64decode(data))
        f.close()
        topic(args[0])['lines'].append(['file', user, args[1]])
        save(args[0])
        return {'note': 'stored ' + args[1]}
    if do == 'DWN':
        if args[1] not in uploads(args[0]):
            raise Problem('thread %s has no file %s' % (args[0], args[1]))
        content = open(args[0] + '-' + args[1], 'rb').read()
        return {'note': 'received ' + args[1], 'data': base64.b64encode(content).decode()}
    if do == 'RMV':
        if topic(args[0])['owner'] != user:
            raise Problem('thread %s belongs to %s' % (args[0], topics[args[0]]['owner']))
        delete(args[0])
        return {'note': 'removed ' + args[0]}
    raise Problem('no such command')
