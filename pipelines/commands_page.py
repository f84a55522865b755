"""The page of commands, written from the command line itself: every command, argument and option."""

from collections.abc import Iterator

import click

_HEAD = """\
# Commands

`stayworth --help` lists the commands, `stayworth <command> --help` says the same as this page, `stayworth --version`
the version. Settings come from a file and the environment ([configuration.md](configuration.md)); what a command is
given goes before both. `~` in a path is the home folder. Exit status: 0 done; 1 a run failed (the last good data is
still served), or nothing was found; 2 settings or input that make no sense.
"""


def commands_page(note: str, group: click.Group) -> str:
    """Markdown of all commands.

    Args:
        note: first line, which says that the page is generated.
        group: the command line.
    """
    context = click.Context(group, info_name=group.name)
    named = [(name, group.get_command(context, name)) for name in group.list_commands(context)]
    commands = [(name, command) for name, command in named if command is not None]
    table = ["| command | what it does |", "|---|---|"]
    table += [f"| [`stayworth {name}`](#{name}) | {_first(command)} |" for name, command in commands]
    parts = [note, _HEAD, "\n".join(table), *("\n".join(_section(context, *item)) for item in commands)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _first(command: click.Command) -> str:
    return _paragraphs(command)[0].rstrip(".")


def _paragraphs(command: click.Command) -> list[str]:
    return [" ".join(part.split()) for part in (command.help or "").strip().split("\n\n")]


def _section(parent: click.Context, name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"## {name}\n\n`stayworth {name} {usage}`\n\n" + "\n\n".join(_paragraphs(command))
    options = [
        item for item in command.get_params(context) if isinstance(item, click.Option) and "--help" not in item.opts
    ]
    yield "\n| option | value | default | meaning |\n|---|---|---|---|"
    for option in options:
        yield _row(context, option)


def _row(context: click.Context, option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    if option.is_flag:
        value, default = "", ""
    else:
        value = option.make_metavar(context).replace("|", "\\|")
        given = option.get_default(context)
        default = f"`{given}`" if given not in (None, "", ()) and option.show_default else ""
    needed = "needed; " if option.required else ""
    return f"| {names} | {value} | {default} | {needed}{(option.help or '').rstrip('.')} |"
