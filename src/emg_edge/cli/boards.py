"""`emg-edge boards`: which boards there are, and what each needs."""

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
def command(as_json: bool) -> None:
    """List the boards, what each needs, and whether it can run here."""
    import json  # noqa: PLC0415 - here and below: the listing of commands stays light

    from emg_edge.device.boards.registry import boards, unavailable  # noqa: PLC0415

    rows = [
        {"name": name, "what": entry.line, "needs": entry.needs, "unavailable": unavailable(entry)}
        for name, entry in boards().items()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(str(row["name"])) for row in rows)
    for row in rows:
        click.echo(f"{row['name']:{width}}  {row['what']}")
        click.echo(f"{'':{width}}  needs: {row['needs']}")
        here = "yes" if row["unavailable"] is None else f"no: {row['unavailable']}"
        click.echo(f"{'':{width}}  runs here: {here}")
