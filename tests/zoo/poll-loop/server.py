# Forum server.      python3 server.py <port> <admin password>
#
# No threads: the loop at the bottom goes round ten times a second and looks at
# every socket. What goes over the wire are python dicts, one on each line:
#
#   {'do': 'LOGIN', 'user': u}                  {'result': 'old' | 'new' | 'refused', 'note': text}
#   {'do': 'PASSWORD', 'password': p}           {'result': 'in' | 'refused', 'note': text}
#   {'do': 'CRT', 'args': [...]}  (and so on)   {'result': 'ok' | 'error', 'note': text}
#   {'do': 'UPD', 'args': [...], 'data': b64}   DWN is answered with 'data' as well
#   {'do': 'CHECK', 'args': [...]}              asked before an UPD, so that no file is sent in vain
#                                               {'result': 'end', 'note': text} is the last one of all

import ast
import os
import socket
import sys
import time

from topics import Problem, command, delete, topics

TURN = 0.1

clients = []        # dicts, see new_client()
running = True


def new_client(sock):
    return {'sock': sock, 'in': b'', 'out': b'', 'user': None, 'trying': None, 'known': False, 'leaving': False}


def send(client, **message):
    shown = dict(message)
    if 'data' in shown:
        shown['data'] = '(%d characters)' % len(shown['data'])
    print('->', client['user'], shown)
    client['out'] += repr(message).encode() + b'\n'


# ------------------------------------------------------------ the login

def read_passwords():
    passwords = {}
    if os.path.isfile('credentials.txt'):
        for line in open('credentials.txt').read().split('\n'):
            if ' ' in line:
                passwords[line.split(' ')[0]] = line.split(' ')[1]
    return passwords


def append_password(user, password):
    text = ''
    if os.path.isfile('credentials.txt'):
        text = open('credentials.txt').read()
    if text != '' and text[-1] != '\n':
        text += '\n'
    f = open('credentials.txt', 'w')
    f.write(text + user + ' ' + password)
    f.close()


def hung_up(client):
    """Whether the other end has gone although the loop has not come round to see it."""
    try:
        return client['sock'].recv(1, socket.MSG_PEEK) == b''
    except BlockingIOError:
        return False
    except OSError:
        return True


def online(user):
    for client in clients:
        if client['user'] == user and not hung_up(client):
            return True
    return False


def login(client, user):
    if online(user):
        send(client, result='refused', note=user + ' is using the forum already')
        return
    client['trying'] = user
    client['known'] = user in read_passwords()
    send(client, result='old' if client['known'] else 'new', note='')


def password(client, word):
    user, known = client['trying'], client['known']
    passwords = read_passwords()
    if user is None or online(user):
        send(client, result='refused', note='this name is in use')
    elif not known and user in passwords:
        send(client, result='refused', note='somebody has just registered this name')
    elif known and passwords.get(user) != word:
        send(client, result='refused', note='that was not the password')
    else:
        if not known:
            append_password(user, word)
        client['user'] = user
        send(client, result='in', note='logged in as ' + user)


# ------------------------------------------------------------ requests

def shutdown():
    global running
    running = False
    for title in list(topics):
        delete(title)
    if os.path.exists('credentials.txt'):
        os.remove('credentials.txt')
    for client in clients:
        send(client, result='end', note='The forum was shut down.')


def handle(client, message):
    do, args = message['do'], message.get('args')
    if do == 'LOGIN':
        login(client, message['user'])
    elif do == 'PASSWORD':
        password(client, message['password'])
    elif do == 'XIT':
        client['user'] = None
        client['leaving'] = True
        send(client, result='end', note='Bye bye.')
    elif do == 'SHT' and args[0] == sys.argv[2]:
        shutdown()
    elif do == 'SHT':
        send(client, result='error', note='the forum stays: wrong password')
    else:
        try:
            send(client, result='ok', **command(client['user'], do, args, message.get('data')))
        except (Problem, OSError) as e:
            send(client, result='error', note=str(e))


# ------------------------------------------------------------ the loop

def receive(client):
    """Take whatever has come and handle the lines that are complete. False if the client has gone."""
    there = True
    try:
        while there:
            data = client['sock'].recv(65536)
            there = data != b''
            client['in'] += data
    except BlockingIOError:
        pass
    except OSError:
        there = False
    while b'\n' in client['in'] and running and not client['leaving']:
        line, client['in'] = client['in'].split(b'\n', 1)
        message = ast.literal_eval(line.decode())
        print('<-', client['user'], {k: v for k, v in message.items() if k not in ('data', 'password')})
        handle(client, message)
    return there


def flush(client):
    try:
        while client['out']:
            sent = client['sock'].send(client['out'])
            client['out'] = client['out'][sent:]
    except BlockingIOError:
        pass
    except OSError:
        client['out'] = b''
        return False
    return not client['leaving'] or client['out'] != b''


def main():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(('', int(sys.argv[1])))
    listener.listen(20)
    listener.setblocking(False)
    print({'port': int(sys.argv[1]), 'state': 'open'})
    while running:
        try:
            while True:
                sock, address = listener.accept()
                sock.setblocking(False)
                clients.append(new_client(sock))
                print({'connected': address})
        except BlockingIOError:
            pass
        for client in list(clients):
            if not (running and receive(client)) or not flush(client):
                if running:
                    print({'gone': client['user']})
                    clients.remove(client)
                    client['sock'].close()
        time.sleep(TURN)
    listener.close()
    deadline = time.time() + 5   # one who does not read must not keep us
    while clients and time.time() < deadline:
        for client in list(clients):
            if not flush(client) or client['out'] == b'':
                clients.remove(client)
                client['sock'].close()
        time.sleep(TURN)
    print({'state': 'closed'})


if __name__ == '__main__':
    if len(sys.argv) != 3:
        print('python3 server.py <port> <admin password>')
    else:
        main()
