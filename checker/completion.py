"""Scripts by which bash, zsh and fish complete the command line. The commands and their options are written
into a script; the names of exercises are asked for when somebody presses Tab, since each course has its
own, with a command that loads next to nothing.
"""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

__all__ = ["SHELLS", "Command", "Kind", "Option", "script"]

PROGRAMS: Final = ("checker", "tasklings")

NAMES: Final = "completion --names"
"""The words after the program that print the names here, each with a tab and its title. Those that have been typed
come behind them, since they may name another course."""


class Kind(Enum):
    """What may stand for an option's value, or in a place of the command line."""

    NOTHING = "nothing"
    NAMES = "names"
    FILES = "files"
    ANYTHING = "anything"


@dataclass(frozen=True)
class Option:
    names: tuple[str, ...]
    help: str
    value: Kind | tuple[str, ...]
    """What follows it: words to choose from, or something of a kind."""


@dataclass(frozen=True)
class Command:
    name: str
    help: str
    options: tuple[Option, ...]
    places: Kind | tuple[str, ...]
    """What may stand where no option does."""


def script(shell: str, commands: Sequence[Command]) -> str:
    """The script for a shell, which is one of `SHELLS`."""
    return _WRITERS[shell](commands)


# --- bash ---------------------------------------------------------------------------------------

_BASH = """\
# Completion of `checker` for bash, made by `checker completion bash`.
_checker() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= i
    # bash takes the = of --option=value for a word.
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} != -* ]]; then
            command=${COMP_WORDS[i]}
            break
        fi
    done
    COMPREPLY=()
    case $command$previous in
@VALUES@
    esac
    if [[ $current == -* ]]; then
        case $command in
@OPTIONS@
        esac
        return
    fi
    case $command in
        '') _checker_words '@COMMANDS@' ;;
@PLACES@
    esac
}
_checker_words() {
    # None of the words holds a blank, and the bash of macOS has no mapfile.
    COMPREPLY=($(compgen -W "$1" -- "$current"))
}
_checker_names() {
    local names
    # A ~ is not expanded yet.
    names=$("${COMP_WORDS[0]/#\\~/$HOME}" @NAMES@ "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1)
    _checker_words "$names"
}
# Where nothing fits, such as a path to an exercise, file names are completed.
complete -o default -F _checker @PROGRAMS@
"""


def _bash(commands: Sequence[Command]) -> str:
    values, options, places = [], [], []
    for command in commands:
        for option in command.options:
            if option.value is not Kind.NOTHING:
                asked = "|".join(f"{command.name}{name}" for name in option.names)
                does = _bash_words(option.value)
                values.append(f"        {asked}) {does}return ;;")
        words = " ".join(name for option in command.options for name in option.names)
        options.append(f"            {command.name}) _checker_words '{words}' ;;")
        if does := _bash_words(command.places):
            places.append(f"        {command.name}) {does.removesuffix('; ')} ;;")
    return _filled(
        _BASH,
        VALUES="\n".join(values),
        OPTIONS="\n".join([*options, "            '') _checker_words '--help --version' ;;"]),
        PLACES="\n".join(places),
        COMMANDS=" ".join(command.name for command in commands),
    )


def _bash_words(value: Kind | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"_checker_words '{' '.join(value)}'; "
    return "_checker_names; " if value is Kind.NAMES else ""


# --- zsh ----------------------------------------------------------------------------------------

_ZSH = """\
#compdef @PROGRAMS@
# Completion of `checker` for zsh, made by `checker completion zsh`.
_checker() {
    local program=$words[1] curcontext=$curcontext state line
    local -a typed=("${(@)words[2,CURRENT]}")
    typeset -A opt_args
    _arguments -C '(- *)--help[show how it is used]' '(- *)--version[show the versions]' \\
        '1: :->command' '*:: :->rest'
    case $state in
        command)
            local -a commands=(
@COMMANDS@
            )
            _describe -t commands command commands
            ;;
        rest)
            case $words[1] in
@CASES@
            esac
            ;;
    esac
}
_checker_names() {
    local -a names
    names=(${(f)"$(_call_program names $program @NAMES@ ${(q)typed} 2>/dev/null)"})
    names=(${names/$'\\t'/:})
    _describe -t names 'exercise or chapter' names || _files
}
if [[ $funcstack[1] == _checker ]]; then
    _checker "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _checker @PROGRAMS@
fi
"""


def _zsh(commands: Sequence[Command]) -> str:
    cases = []
    for command in commands:
        words = [word for option in command.options for word in _zsh_option(option)]
        if command.places is not Kind.NOTHING:
            words.append(shlex.quote(f"*:{_zsh_value(command.places)}"))
        rows = " \\\n".join(f"                        {word}" for word in words)
        cases.append(f"                {command.name})\n                    _arguments \\\n{rows}")
        cases.append("                    ;;")
    described = (f"{command.name}:{command.help}" for command in commands)
    return _filled(
        _ZSH,
        COMMANDS="\n".join(f"                {shlex.quote(one)}" for one in described),
        CASES="\n".join(cases),
    )


def _zsh_option(option: Option) -> Iterator[str]:
    help = option.help
    for sign in "\\[]:":
        help = help.replace(sign, f"\\{sign}")
    for name in option.names:
        if option.value is Kind.NOTHING:
            yield shlex.quote(f"{name}[{help}]")
        else:
            # A long one may be written with =, and each may come again.
            equals = "=" if name.startswith("--") else ""
            yield shlex.quote(f"*{name}{equals}[{help}]:{_zsh_value(option.value)}")


def _zsh_value(value: Kind | tuple[str, ...]) -> str:
    """What is asked for, and how it is completed."""
    if isinstance(value, tuple):
        return f"value:({' '.join(value)})"
    says = {
        Kind.NAMES: "exercise or chapter:_checker_names",
        Kind.FILES: "file:_files",
        Kind.ANYTHING: "value: ",
    }
    return says[value]


# --- fish ---------------------------------------------------------------------------------------

_FISH = """\
# Completion of `checker` for fish, made by `checker completion fish`.
function __checker_on --description 'Whether this is the command; without one, whether there is none yet'
    set -l words (commandline -opc)
    for word in $words[2..]
        if not string match -q -- '-*' $word
            test "$word" = "$argv[1]"
            return
        end
    end
    test -z "$argv[1]"
end
function __checker_names
    set -l words (commandline -opc)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    $program @NAMES@ $words[2..] 2>/dev/null
end
complete -c checker -e
complete -c checker -f
complete -c checker -n '__checker_on' -l help -d 'show how it is used'
complete -c checker -n '__checker_on' -l version -d 'show the versions'
@COMMANDS@
@OPTIONS@
complete -c tasklings -w checker
"""


def _fish(commands: Sequence[Command]) -> str:
    names, options = [], []
    for command in commands:
        names.append(
            f"complete -c checker -n '__checker_on' -a {command.name} -d {_fish_quoted(command.help)}"
        )
        here = f"complete -c checker -n '__checker_on {command.name}'"
        for option in command.options:
            spelt = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                for name in option.names
            )
            takes = _fish_value(option.value)
            required = "" if option.value is Kind.NOTHING else " -r"
            options.append(f"{here} {spelt}{required}{takes} -d {_fish_quoted(option.help)}")
        if command.places is not Kind.NOTHING:
            options.append(f"{here}{_fish_value(command.places)}")
        if command.places is Kind.NAMES:
            # A path to an exercise will do as well.
            options.append(
                f"complete -c checker -n '__checker_on {command.name}; "
                'and string match -q "*/*" -- (commandline -ct)\' -F'
            )
    return _filled(_FISH, COMMANDS="\n".join(names), OPTIONS="\n".join(options))


def _fish_value(value: Kind | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f" -f -a '{' '.join(value)}'"
    says = {Kind.NAMES: " -f -a '(__checker_names)'", Kind.FILES: " -F", Kind.ANYTHING: " -f"}
    return says.get(value, "")


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


# --- all of them --------------------------------------------------------------------------------

_WRITERS: Final[Mapping[str, Callable[[Sequence[Command]], str]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}

SHELLS: Final = tuple(_WRITERS)


def _filled(template: str, **places: str) -> str:
    for name, text in {**places, "PROGRAMS": " ".join(PROGRAMS), "NAMES": NAMES}.items():
        template = template.replace(f"@{name}@", text)
    return template
