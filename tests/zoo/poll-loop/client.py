# Forum client.      python3 client.py <server ip> <port>
#
# Looks at the keyboard and at the server ten times a second. `state` says what
# the next line from the keyboard is; after a request it is 'waiting' until the
# answer has come (see server.py for the dicts).

import ast
import base64
import os
import select
import socket
import sys

HELP = {
    'CRT': ['thread'], 'MSG': ['thread', 'message'], 'DLT': ['thread', 'number'], 'EDT': ['thread', 'number', 'message'],
    'LST': [], 'RDT': ['thread'], 'UPD': ['thread', 'file'], 'DWN': ['thread', 'file'], 'RMV': ['thread'],
    'XIT': [], 'SHT': ['admin password'],
}
QUESTIONS = {
    'user': 'Please enter your username:',
    'password': 'Please enter your password:',
    'new password': 'You are new here, please choose a password:',
    'command': 'What next? (%s)' % ' '.join(HELP),
}

sock = socket.socket()
state = 'user'
last = None         # the request that waits for its answer
file_data = None    # of an upload that may be sent if the server agrees


def request(**message):
    global state, last
    state, last = 'waiting', message
    sock.setblocking(True)
    sock.sendall(repr(message).encode() + b'\n')
    sock.setblocking(False)


def question(new_state):
    global state
    state = new_state
    print(QUESTIONS[state], flush=True)


def split(line):
    """The command and its arguments, or None after a complaint."""
    do = line.split(' ')[0]
    if do not in HELP:
        print('Unknown command', do)
        return None
    args = line.split()[1:]
    if 'message' in HELP[do]:
        args = line.split(None, len(HELP[do]))[1:]
    if len(args) != len(HELP[do]):
        print('Usage:', do, *('<%s>' % a for a in HELP[do]))
        return None
    return do, args


def on_line(line):
    """Something was typed."""
    global file_data
    line = line.strip()
    if state == 'command':
        parts = split(line) if line else None
        if parts is None:
            return question('command')
        do, args = parts
        if do == 'UPD':
            try:
                file_data = base64.b64encode(open(args[1], 'rb').read()).decode()
            except OSError as e:
                print('Cannot upload this file:', e)
                return question('command')
            return request(do='CHECK', args=args)
        return request(do=do, args=args)
    if len(line.split()) != 1:
        print('(one word is needed)')
        return question(state)
    if state == 'user':
        return request(do='LOGIN', user=line)
    return request(do='PASSWORD', password=line)


def on_answer(answer):
    """Something came from the server."""
    result, note = answer['result'], answer['note']
    if result == 'end':
        print(note)
        sys.exit(0)
    if last['do'] in ('LOGIN', 'PASSWORD'):
        if note:
            print('***', note)
        return question({'old': 'password', 'new': 'new password', 'in': 'command', 'refused': 'user'}[result])
    if last['do'] == 'CHECK' and result == 'ok':
        return request(do='UPD', args=last['args'], data=file_data)
    if 'data' in answer:
        try:
            with open(last['args'][1], 'wb') as f:
                f.write(base64.b64decode(answer['data']))
        except OSError as e:
            note = 'cannot save this file: ' + str(e)
    if note:
        print(note if result == 'ok' else 'Error: ' + note)
    question('command')


def take_lines(fd, buffer):
    """Read what there is; returns (complete lines, the rest), or None if it has come to its end."""
    try:
        data = os.read(fd, 65536)
    except BlockingIOError:
        return [], buffer
    except OSError:
        return None
    if not data:
        return None
    *lines, rest = (buffer + data).split(b'\n')
    return [line.decode(errors='replace') for line in lines], rest


def main():
    sock.connect((sys.argv[1], int(sys.argv[2])))
    sock.setblocking(False)
    typed, heard = b'', b''
    waiting_lines = []
    question('user')
    while True:
        ready = select.select([0, sock], [], [], 0.1)[0]
        if sock in ready:
            got = take_lines(sock.fileno(), heard)
            if got is None:
                print('The server has closed the connection.')
                return
            lines, heard = got
            for line in lines:
                on_answer(ast.literal_eval(line))
        if 0 in ready:
            got = take_lines(0, typed)
            if got is None:
                return
            lines, typed = got
            waiting_lines += lines
        # What was typed too early has to wait for the answer before it.
        while waiting_lines and state != 'waiting':
            on_line(waiting_lines.pop(0))


if __name__ == '__main__':
    if len(sys.argv) != 3:
        print('python3 client.py <server ip> <port>')
        sys.exit(1)
    try:
        main()
    except OSError as e:
        print('No connection to the forum:', e)
