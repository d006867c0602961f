"""Every mistake has its sentence, its place and, where there is one, the word that was meant."""

from __future__ import annotations

import pytest
from scenario_samples import ASSIGNMENT, CAST, TOUCHSTONE, told, told_of_step

from harness.scenario.loader import check_text


@pytest.mark.parametrize(
    ("step", "mistakes"),
    [
        (
            "yoda leafs",
            [
                "1:5: unknown verb 'leafs' (did you mean 'yoda leaves'?)",
            ],
        ),
        (
            "yodda leaves",
            [
                "1:5: nobody is called 'yodda' (did you mean 'yoda'?)",
            ],
        ),
        (
            "yodda: hello",
            [
                "1:5: nobody is called 'yodda' (did you mean 'yoda'?)",
            ],
        ),
        (
            "yoda leaves: x",
            [
                "1:5: `leaves` takes nothing behind it (did you mean 'yoda leaves'?)",
            ],
        ),
        (
            "yoda sees",
            [
                "1:5: `sees` says too little: expected `yoda sees: TEXT`",
            ],
        ),
        (
            "yoda: MSG hi #2",
            [
                "1:11: quote this: YAML takes '#2' for a comment (a comment needs two spaces)",
            ],
        ),
        (
            "yoda sees: left #2",
            [
                "1:16: quote this: YAML takes '#2' for a comment (a comment needs two spaces)",
            ],
        ),
        (
            "yoda: logs in",
            [
                "1:11: warning: 'logs in' is typed here, and reads like a direction (did you mean 'yoda logs in'?)",
            ],
        ),
        (
            "yoda: LST\n  - yoda is answered like: LTS",
            [
                "2:28: nobody typed 'LTS' before that (did you mean 'LST'?)",
            ],
        ),
        (
            "yoda is answered like: LST",
            [
                "1:28: yoda has typed nothing that could be answered",
            ],
        ),
        (
            "yoda leaves\n  - yoda sees: x",
            [
                "2:5: yoda has left: expected `yoda logs in` again before this step",
            ],
        ),
        (
            "yoda leaves\n  - yoda: x",
            [
                "2:5: yoda has left: expected `yoda logs in` again before this step",
            ],
        ),
        (
            "together: [yoda: x]",
            [
                "1:5: `together` needs two or more who begin at one instant",
            ],
        ),
        (
            "together: [yoda: x, r2d2 sees: y]",
            [
                "1:25: an expectation cannot stand inside of `together`: write it behind",
            ],
        ),
        (
            "any of: [yoda sees: x]",
            [
                "1:5: `any of` needs two witnesses or more",
            ],
        ),
        (
            "any of: [yoda sees: x, yoda: y]",
            [
                "1:28: `any of` takes expectations, and this is typed",
            ],
        ),
        (
            "0 times: [yoda: x]",
            [
                "1:5: `0 times` plays nothing",
            ],
        ),
        (
            "99999 times: [yoda: x]",
            [
                "1:5: the play unrolls to more than 10,000 steps",
            ],
        ),
        (
            "999999999999999999999 times: []",
            [
                "1:34: `999999999999999999999 times` has no steps",
            ],
        ),
        (
            "everyone else leaves",
            [
                "1:5: `everyone else` is nobody: the step before names all of the cast",
            ],
        ),
        (
            "yoda: x\n  - everyone else leavs",
            [
                "2:5: unknown verb 'leavs' (did you mean 'everyone else leaves'?)",
            ],
        ),
        (
            "2 of yoda and r2d2 leave",
            [
                "1:5: `2 of` is unknown: only `1 of` can be said (did you mean '1 of yoda and r2d2'?)",
            ],
        ),
        (
            "1 of yoda leaves",
            [
                "1:5: `1 of` needs two people or more, got 'yoda'",
            ],
        ),
        (
            "1 of yoda and r2d2: x",
            [
                "1:5: `1 of` can be expected, not typed: say who",
            ],
        ),
        (
            "1 of yoda and r2d2 logs in",
            [
                "1:5: `1 of` is said of what one expects, not of `logs in` (but `logs in` inside of `together`)",
            ],
        ),
        (
            "yoda and yoda leave",
            [
                "1:5: 'yoda' is named twice in 'yoda and yoda'",
            ],
        ),
        (
            "yoda and r2d2 leaves",
            [
                "1:5: warning: the verb does not fit 'yoda and r2d2' (did you mean 'yoda and r2d2 leave'?)",
            ],
        ),
        (
            "sever/x is gone",
            [
                "1:5: nobody is called 'sever', whose file is 'sever/x' (did you mean 'server'?)",
            ],
        ),
        (
            "server/../x is gone",
            [
                "1:5: 'server/../x' is no file in the folder of server",
            ],
        ),
        (
            "server is gone",
            [
                "1:5: `is gone` is said of files, such as server/notes.txt",
            ],
        ),
        (
            "server/x leaves",
            [
                "1:5: `leaves` is said of people and the server, not of files",
            ],
        ),
        (
            "server logs in",
            [
                "1:5: `logs in` is said of people, not of server",
            ],
        ),
        (
            "yoda presses: ctl-d",
            [
                "1:19: unknown key 'ctl-d' (did you mean 'ctrl-d'?)",
            ],
        ),
        (
            "yoda sends: \\q",
            [
                "1:17: unknown escape '\\\\q': expected \\x00, \\n, \\r, \\t or \\\\",
            ],
        ),
        (
            'yoda sends: "\\xff"',
            [
                "1:17: in double quotes `\\xff` is the letter 'ÿ': use single quotes",
            ],
        ),
        (
            "yoda sees one of: a",
            [
                "1:23: `sees one of` needs two texts or more (did you mean 'sees'?)",
            ],
        ),
        (
            "yoda sees: [a, b]",
            [
                "1:16: expected one text, got a list: quote a text that begins with `[`",
            ],
        ),
        (
            "yoda sees: {a}",
            [
                "1:16: expected one text, got a mapping: quote a text that begins with `{`",
            ],
        ),
        (
            "yoda sees: ''",
            [
                "1:16: there is nothing to look for: expected a text",
            ],
        ),
        (
            "server/x is:",
            [
                '1:17: `is` says too little: an empty file is `is: ""`',
            ],
        ),
        (
            "server/x equals: foo",
            [
                "1:22: expected a file such as server/notes.txt, got 'foo'",
            ],
        ),
        (
            "yoda: {x}",
            [
                "1:11: expected the line to type, got a mapping: quote a text that begins with `{`",
            ],
        ),
        (
            "yoda: 'MSG {titel} {nam} {n} {port} {prt}'",
            [
                "1:11: warning: `{titel}` is not declared: it is taken as it stands",
                "1:11: `{nam}` is not declared (did you mean '{name}'?)",
                "1:11: warning: `{n}` counts only inside of `N times`: here it is text",
                "1:11: `{prt}` is not declared (did you mean '{port}'?)",
            ],
        ),
        (
            "yoda: x\n    r2d2: y",
            [
                "2:5: expected one step behind each `- `: is a `- ` missing before 'r2d2'?",
            ],
        ),
        (
            "[a]",
            [
                "1:5: expected a step, got a list",
            ],
        ),
        (
            "{}",
            [
                "1:5: expected one step behind each `- `, got an empty mapping",
            ],
        ),
        (
            "hello yonder",
            [
                "1:5: unknown step 'hello yonder': expected `NAME VERB` or `NAME: TEXT`",
            ],
        ),
        (
            "yoda",
            [
                "1:5: what does yoda do? expected `yoda VERB` or `yoda: TEXT`",
            ],
        ),
        (
            "yoda:\n      - a",
            [
                "2:7: expected the line to type, got a list",
            ],
        ),
        (
            "server holds: x",
            [
                "1:5: `holds` is said of the network, not of 'server' (did you mean 'network holds'?)",
            ],
        ),
        (
            "network releases",
            [
                "1:5: `releases` says too little: expected `network releases: [to|from] NAME`",
            ],
        ),
        (
            "network releases: from yoda",
            [
                "1:23: nothing from yoda is held: nothing can be released",
            ],
        ),
        (
            "network holds: to yoda\n  - network holds: to yoda",
            [
                "2:20: what travels to yoda is held already",
            ],
        ),
        (
            "network holds: from yoda\n  - network releases: yoda",
            [
                "2:23: nothing to yoda is held: nothing can be released",
            ],
        ),
        (
            "network holds: yodda",
            [
                "1:20: nobody is called 'yodda' (did you mean 'yoda'?)",
            ],
        ),
        (
            "network holds: server",
            [
                "1:20: say whose bytes: a person's, not those of server",
            ],
        ),
        (
            "together: [yoda: READ, r2d2: READ, network holds: yoda]",
            [
                "1:40: `holds` cannot stand inside of `together`",
            ],
        ),
        (
            "in turn: [yoda: READ]",
            [
                "1:5: `in turn` needs two or more who do something",
            ],
        ),
        (
            "in turn: [together: [yoda: READ, r2d2: READ]]",
            [
                "1:15: `together` cannot stand inside of `in turn`",
            ],
        ),
        (
            "together: [in turn: [yoda: READ, r2d2: READ]]",
            [
                "1:16: `in turn` cannot stand inside of `together`",
            ],
        ),
        (
            "one order explains every answer",
            [],
        ),
        (
            "any of: [one order explains every answer, yoda sees nothing]",
            [
                "1:14: `one order explains every answer` cannot stand inside of `any of`",
            ],
        ),
        (
            "everyone plays: 20",
            [
                "1:21: expected `{commands: N, mix: {LINE: WEIGHT}}`",
            ],
        ),
        (
            "everyone plays: {commands: 20}",
            [
                "1:5: `plays` has no `mix`: expected `{commands: N, mix: …}`",
            ],
        ),
        (
            "everyone plays: {commands: 20, mixt: {READ: 1}}",
            [
                "1:5: `plays` has no `mix`: expected `{commands: N, mix: …}`",
                "1:36: unknown key 'mixt' (did you mean 'mix'?)",
            ],
        ),
        (
            "everyone plays: {commands: 0, mix: {READ: 0}}",
            [
                "1:32: expected 1 to 1,000, as the commands",
                "1:47: expected 1 to 1,000, as the weight",
            ],
        ),
        (
            "everyone plays: {commands: 2, mix: {}}",
            [
                "1:40: expected lines and weights: `mix: {LINE: 3, LINE: 1}`",
            ],
        ),
        (
            "everyone plays: {commands: 2, mix: {REED 1: 1, hello: 1}}",
            [
                "1:41: 'REED' is no command of this assignment (did you mean 'READ'?)",
                "1:52: 'hello' is no command of this assignment",
            ],
        ),
        (
            "everyone plays: {commands: 2, mix: {REED 1: 1, READ: 1}}",
            [
                "1:41: warning: 'REED' is no command of this assignment (did you mean 'READ'?)",
            ],
        ),
        (
            "everyone plays: {commands: 2, mix: {QUIT: 1}}",
            [
                "1:41: after 'QUIT' a client may end, and nobody would play on",
            ],
        ),
        (
            "9 times: [everyone plays: {commands: 1000, mix: {READ: 1}}]",
            [
                "1:5: the play unrolls to more than 10,000 steps",
            ],
        ),
        (
            "server plays: {commands: 2, mix: {READ: 1}}",
            [
                "1:5: `plays` is said of people, not of server",
            ],
        ),
        (
            "any of: [yoda plays: {commands: 2, mix: {READ: 1}}, yoda sees nothing]",
            [
                "1:14: `any of` takes expectations, and these are typed",
            ],
        ),
        (
            "server starts",
            [
                "1:5: server is started before the play: leave this step out",
            ],
        ),
        (
            "yoda resumes",
            [
                "1:5: yoda is not paused: nothing can resume",
            ],
        ),
        (
            "0 s pass",
            [
                "1:5: expected a wait of more than 0 and at most 600 s",
            ],
        ),
        (
            "together:\n      - together: [yoda: x, r2d2: y]",
            [
                "2:9: `together` cannot stand inside of `together`",
            ],
        ),
        (
            'yoda: "a\\nb"',
            [
                "1:11: typed text is one line: write a step for each",
            ],
        ),
        (
            'yoda: "a\\x03b"',
            [
                "1:11: a control character is no typed text: use `presses` or `sends`",
            ],
        ),
        (
            "everyone: a {name}\n  - everyone sees: a {name}\n  - everyone never sees: a {name}",
            [
                "3:26: `{name}` is the account of one who types: write it in typed text",
            ],
        ),
        (
            "yoda never seas: x",
            [
                "1:5: unknown verb 'never seas' (did you mean 'yoda never sees'?)",
            ],
        ),
        (
            "sees: x",
            [
                "1:5: who sees? expected `NAME sees`",
            ],
        ),
        (
            "yoda sees onne of: [a,b]",
            [
                "1:5: unknown verb 'sees onne of' (did you mean 'yoda sees one of'?)",
            ],
        ),
        (
            "r2d2 and yodda sees: x",
            [
                "1:5: nobody is called 'yodda' (did you mean 'yoda'?)",
            ],
        ),
        (
            "yoda loges in",
            [
                "1:5: unknown verb 'loges in' (did you mean 'yoda logs in'?)",
            ],
        ),
        (
            "one order explains each answer",
            [
                "1:5: unknown step 'one order explains each answer' (did you mean 'one order explains every answer'?)",
            ],
        ),
        (
            "yoda sees each once: '{crowd}'",
            [
                "1:26: warning: `{crowd}` is not declared: it is taken as it stands",
            ],
        ),
        (
            "yoda is killed\n  - yoda is killed\n  - server stays",
            [
                "2:5: yoda was killed: expected `yoda logs in` again before this step",
            ],
        ),
        (
            "toghether: [yoda: x, r2d2: y]",
            [
                "1:5: unknown step 'toghether' (did you mean 'together'?)",
            ],
        ),
        (
            "2 tims: [yoda: x]",
            [
                "1:5: unknown step '2 tims' (did you mean '2 times'?)",
            ],
        ),
        (
            "everyone leaves\n  - yoda: '''\n",
            [
                "2:11: this quote is never closed",
            ],
        ),
        (
            "together: [yoda: hello, world, r2d2: x]",
            [
                "1:29: unknown step 'world': inside of `[ ]` a comma ends a text: quote it",
            ],
        ),
        (
            "any of: [yoda sees: x, yoda is killed]",
            [
                "1:28: `any of` takes expectations, and `is killed` is done",
            ],
        ),
        (
            "yoda: x\n  - yoda and server: y\n  - r2d2 is answered like: x",
            [
                "3:28: r2d2 has typed nothing that could be answered",
            ],
        ),
    ],
)  # fmt: skip
def test_mistakes_in_a_step(step: str, mistakes: list[str]) -> None:
    """A step that means nothing, or that can never be judged, is answered with what is wrong and what was meant."""
    assert told_of_step(step) == mistakes


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        (
            "",
            [
                "f:1:1: the file is empty: expected `scenario:` and `play:`",
            ],
        ),
        (
            "# c",
            [
                "f:1:1: the file is empty: expected `scenario:` and `play:`",
            ],
        ),
        (
            "scenario: a",
            [
                "f:1:1: the key 'play' is missing",
            ],
        ),
        (
            "play: []",
            [
                "f:1:1: the key 'scenario' is missing",
                "f:1:7: the play has no steps",
            ],
        ),
        (
            "scenario: a\nplay: []",
            [
                "f:2:7: the play has no steps",
            ],
        ),
        (
            "scenario: a\nplay: x",
            [
                "f:2:7: expected a list of steps for the play: begin each with `- `",
            ],
        ),
        (
            "scenario: a\nplya: x",
            [
                "f:1:1: the key 'play' is missing",
                "f:2:1: unknown key 'plya' (did you mean 'play'?)",
            ],
        ),
        (
            "- a",
            [
                "f:1:1: expected keys and values: a document has `scenario:` and `play:`",
            ],
        ),
        (
            "x",
            [
                "f:1:1: expected keys and values: a document has `scenario:` and `play:`",
            ],
        ),
        (
            "scenario: a\nplay: [server leaves]\n---\nscenario: a\nplay: [server leaves]\n---\n",
            [
                "f:4:1: the name 'a' stands in this file twice, first in line 1",
                "f:7:1: this document is empty: a document has `scenario:` and `play:`",
            ],
        ),
        (
            "scenario: a\ncast: {crowd: {people: 0}}\nplay: [everyone logs in]",
            [
                "f:2:24: expected 1 to 1,000 people",
            ],
        ),
        (
            "scenario: a\ncast: {a: {account: x, pasword: y}}\nplay: [a logs in]",
            [
                "f:2:24: unknown key 'pasword' (did you mean 'password'?)",
            ],
        ),
        (
            "scenario: a\ncast: {everyone: x, server: y, 1a: z, n: a b}\nplay: [server leaves]",
            [
                "f:2:8: 'everyone' cannot be a handle: it has a meaning of its own",
                "f:2:21: 'server' cannot be a handle: it has a meaning of its own",
                "f:2:32: '1a' is no handle: expected a letter, then letters, digits, `-` and `_`",
                "f:2:42: expected an account without spaces, got 'a b'",
            ],
        ),
        (
            "scenario: a\neach: {t: [1,2], u: [1]}\nplay: [server leaves]",
            [
                "f:2:1: lists of different lengths cannot go in parallel: 't' has 2, 'u' has 1",
            ],
        ),
        (
            "scenario: a\neach: {t: [1,1]}\nplay: [server leaves]",
            [
                "f:2:1: `each` has the value '1' twice",
            ],
        ),
        (
            "scenario: a\neach: [{t: 1},{u: 1}]\nplay: [server leaves]",
            [
                "f:2:1: every case of `each` needs the same names",
            ],
        ),
        (
            "scenario: a\nwith: {t: 1}\nplay: [server leaves]",
            [
                "f:2:1: warning: `with` declares 't', and nothing uses it",
            ],
        ),
        (
            "scenario: a\nwith: {port: 1}\nplay: [server leaves]",
            [
                "f:2:8: `{port}` has a meaning already",
            ],
        ),
        (
            "scenario: a\nhints: {server leave: x}\nplay: [server leaves]",
            [
                "f:2:9: no step reads 'server leave' (did you mean 'server leaves'?)",
            ],
        ),
        (
            "scenario: a\nvisible: hiden\nplay: [server leaves]",
            [
                "f:2:1: unknown value 'hiden' of `visible` (did you mean 'hidden'?)",
            ],
        ),
        (
            "scenario: a\nfiles: {server/x: {random byte: 1}, sever/y: z,\n"
            "  x: y, server/z: {random bytes: many}}\nplay: [server leaves]",
            [
                "f:2:20: a file cannot be given by 'random byte' (did you mean 'random bytes'?)",
                "f:2:37: nobody is called 'sever', whose file is 'sever/y' (did you mean 'server'?)",
                "f:3:3: expected a file such as server/notes.txt, got 'x'",
                "f:3:19: expected a number of bytes up to 100,000,000, in digits alone",
            ],
        ),
        (
            "scenario: a\nplay: [3 s pass]",
            [
                "f:2:7: this play types nothing and expects nothing",
            ],
        ),
        (
            "scenario: a\nscenario: b\nplay: [server leaves]",
            [
                "f:2:1: the key 'scenario' stands here twice, first in line 1",
            ],
        ),
        (
            "scenario: a #b\nplay: [server leaves]",
            [
                "f:1:11: quote this: YAML takes '#b' for a comment (a comment needs two spaces)",
            ],
        ),
        (
            "scenario: [a]\nmarks: {a: b}\nplay: [server leaves]",
            [
                "f:1:11: expected a text",
                "f:2:8: expected a text",
            ],
        ),
        (
            "scenario: a\neach: {}\nplay: [server leaves]",
            [
                "f:2:1: `each` has no values",
            ],
        ),
        (
            "scenario: a\neach: {t: []}\nplay: [server leaves]",
            [
                "f:2:1: `each` has no values",
            ],
        ),
        (
            "scenario: a\neach: x\nplay: [server leaves]",
            [
                "f:2:7: expected values: `each: {name: [value, value]}`",
            ],
        ),
        (
            "scenario: a\nplay: [everyone leaves]",
            [
                "f:2:8: `everyone` is nobody: the cast is empty",
            ],
        ),
        (
            "scenario: a\nnetwork: [cutt 1, cut 0]\nplay: [server stays]",
            [
                "f:2:11: unknown network condition 'cutt 1' (did you mean 'cut N'?)",
                "f:2:19: `cut` of 0 bytes cannot be: expected 1 to 1,000,000,000",
            ],
        ),
        (
            "scenario: a\nnetwork: []\nplay: [server stays]",
            [
                "f:2:10: `network` needs a condition, such as `cut 1`",
            ],
        ),
        (
            "scenario: a\nnetwork: {cut: 1}\nplay: [server stays]",
            [
                "f:2:10: expected a text",
            ],
        ),
        (
            "scenario: a\ncast: {yoda: Yoda}\nnetwork: cut 1 to yodda\nplay: [server stays, yoda logs in]",
            [
                "f:3:10: nobody is called 'yodda' (did you mean 'yoda'?)",
            ],
        ),
        (
            "scenario: a\ncast: {network: Yoda}\nplay: [server stays]",
            [
                "f:2:8: 'network' cannot be a handle: it has a meaning of its own",
            ],
        ),
        (
            "scenario: a\ncast: {y: Y}\nwith: {text: hi}\n"
            "play: [y logs in, {y plays: {commands: 1, mix: {'POST {text}': 1}}}]",
            [
                "f:4:49: `{text}` is declared, and means a text that nobody else types here: rename it",
            ],
        ),
        (
            "scenario: a\ncast: [a]\nplay: [server stays]",
            [
                "f:2:7: expected `cast: {handle: account}`",
            ],
        ),
        (
            "scenario: a\ncast: {a: [b]}\nplay: [server stays]",
            [
                "f:2:11: expected an account, `{account: NAME, password: WORD}` or `{people: 50}`",
            ],
        ),
        (
            "scenario: a\ncast: {crowd2: x, crowd: {people: 3}, name: {people: 2}}\nplay: [server stays]",
            [
                "f:2:19: the handle 'crowd2' is taken by one of the cast",
                "f:2:39: 'name' cannot name a crowd: `{name}` has a meaning of its own",
            ],
        ),
        (
            "scenario: a\nwith: {t: 1}\neach: {t: [1]}\nplay: [server stays]",
            [
                "f:3:1: 't' stands in `with` and in `each`",
            ],
        ),
        (
            "scenario: |\n  a\n  b\nplay: [server stays]",
            [
                "f:1:11: `scenario` needs a text of one line",
            ],
        ),
        (
            "scenario: a\neach: {t: [1,2]}\ncast: {y: Y}\nplay: [y logs in, {5001 times: [{y: '{t}'}]}]",
            [
                "f:2:1: the cases unroll to more than 10,000 steps",
            ],
        ),
    ],
)  # fmt: skip
def test_mistakes_in_a_document(text: str, mistakes: list[str]) -> None:
    """What is wrong with a document's keys is told with the place of the key or of its value."""
    assert told(text) == mistakes


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    """The first mistake does not hide the others: those of every document, and YAML's own."""
    text = CAST + "play:\n  - everyone logs in\n  - yoda leafs\n  - yodda: x\n---\nscenario: 'a\n---\nscenari: s\n"
    assert told(text) == [
        "f:5:5: unknown verb 'leafs' (did you mean 'yoda leaves'?)",
        "f:6:5: nobody is called 'yodda' (did you mean 'yoda'?)",
        "f:8:11: this quote is never closed",
        "f:10:1: unknown key 'scenari' (did you mean 'scenario'?)",
        "f:10:1: the key 'scenario' is missing",
        "f:10:1: the key 'play' is missing",
    ]


def test_a_mistake_in_a_loop_is_told_once() -> None:
    """Steps that are played several times are written once, and so are their mistakes."""
    text = CAST + "each: {t: [1, 2, 3]}\nplay: [everyone logs in, {9 times: [yoda leafs, {yoda: '{t}'}]}]\n"
    assert [line.split(": ")[1] for line in told(text)] == ["unknown verb 'leafs' (did you mean 'yoda leaves'?)"]


def test_the_order_of_documents_is_no_difference() -> None:
    """Documents know nothing of each other: in another order they still have no mistakes."""
    documents = TOUCHSTONE.split("---\n")
    assert told("---\n".join(reversed(documents))) == []


@pytest.mark.parametrize(
    ("aids", "mistakes"),
    [
        ("UPD", []),
        ("[UPD, LST]", []),
        ("UPP", ["f:3:7: no line of the play begins with 'UPP' (did you mean 'UPD'?)"]),
        ("[UPD, upload]", ["f:3:13: no line of the play begins with 'upload' (did you mean 'UPD'?)"]),
        ("[UPD, DLT]", ["f:3:13: 'DLT' is no aid of a scenario that is marked 'single.DLT'"]),
        ('""', ["f:3:7: `aids` needs a word"]),
    ],
)
def test_an_aid_begins_a_line_and_is_not_what_is_marked(aids: str, mistakes: list[str]) -> None:
    """A word that nobody types would excuse nothing, and one that is marked would excuse everything."""
    play = "play:\n  - yoda logs in\n  - yoda: UPD 1 x\n  - yoda: LST\n  - yoda: DLT 1\n"
    assert told(f"{CAST}aids: {aids}\nmarks: single.DLT\n{play}") == mistakes


def test_datagrams_are_lost_where_there_are_some() -> None:
    """`lose` over TCP is allowed, for an assignment may have both, and probably not meant."""
    text = f"{CAST}network: [%s]\nplay: [everyone logs in, {{yoda: READ}}]\n"
    udp = ASSIGNMENT.model_copy(update={"transport": "udp"})
    warning = "warning: `lose` is for datagrams, and this assignment goes over TCP: nothing will happen"
    assert warning in " ".join(told(text % "lose 1 in 5"))
    assert warning not in " ".join(str(mistake) for mistake in check_text(text % "lose 1 in 5", "f", udp))
    assert warning not in " ".join(told(text % "lose 1 in 5, cut 1"))


def test_without_a_model_no_order_explains_anything() -> None:
    """Which answers are right, only the assignment's model can say; and there must be an answer."""
    text = f"{CAST}play: [%s, one order explains every answer]\n"
    bare = ASSIGNMENT.model_copy(update={"model": ""})
    assert [mistake.what for mistake in check_text(text % "everyone logs in", "f", bare)] == [
        "this assignment has no model: name its file with `model` in assignment.yaml"
    ]
    assert told(text % "server stays") == ["f:3:22: nobody has typed anything: there is no answer to explain"]


@pytest.mark.parametrize(
    ("schedule", "mistakes"),
    [
        ("{yoda: a}", ["expected a list of deliveries: `- NAME: LINE`"]),
        ("[]", ["expected a list of deliveries: `- NAME: LINE`"]),
        ("[yoda]", ["expected a delivery, `NAME: LINE` or `NAME logs in`"]),
        ("[[yoda: a]]", ["expected a delivery, `NAME: LINE` or `NAME logs in`"]),
        ("[{yodda: a1}]", ["nobody is called 'yodda' (did you mean 'yoda'?)"]),
        ("[{yoda: a}]", ["yoda does not type 'a' at one instant with others (did you mean 'a2'?)"]),
        ("[{yoda: before}]", ["yoda does not type 'before' at one instant with others"]),
        ("[yoda logs in]", ["yoda does not type logs in at one instant with others"]),
        ("[{yoda: a2}, {yoda: a1}]", ["yoda types 'a1' before what stands above: it cannot arrive later"]),
        ("[{r2d2: a2}, {yoda: a1}]", ["yoda's 'a1' belongs to an earlier `together` than what stands above"]),
        ("[{at once: [yoda: a1]}]", ["`at once` needs a list of two deliveries or more"]),
        ("[{yoda: a1}, {yoda: a1}, {r2d2: a1}, {at once: [yoda: a2, r2d2: a2]}]", []),
    ],
)
def test_a_schedule_that_does_not_fit(schedule: str, mistakes: list[str]) -> None:
    """Deliveries must be of what is typed at one instant, in an order that can be."""
    play = "play: [everyone logs in, {yoda: before}, {2 times: [{together: [everyone: 'a{n}']}]}]\n"
    assert [one.partition(": ")[2] for one in told(f"{CAST}{play}schedule: {schedule}")] == mistakes


def test_a_schedule_needs_lines_that_are_written_out() -> None:
    """What is drawn is not known before the play, and what is typed alone has no order."""
    play = "play: [everyone logs in, {everyone plays: {commands: 2, mix: {READ: 1}}}]"
    assert told(f"{CAST}{play}\nschedule: [yoda: READ]\n") == [
        "f:4:11: what `plays` types is drawn: a schedule needs its lines written out"
    ]
    alone = f"{CAST}play: [everyone logs in, {{yoda: READ}}]\nschedule: [yoda: READ]\n"
    assert told(alone) == ["f:4:11: nothing is typed inside of `together`: there is no order to force"]
