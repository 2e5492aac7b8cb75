"""The command line `doithoai`."""

import typer

app = typer.Typer()


@app.command()
def run(service: str) -> None:
    from importlib import import_module

    from shared.settings import Settings

    import_module(f"services.{service}.app").build(Settings()).run()


@app.command()
def x() -> None: ...


def main() -> None:
    app()


if __name__ == "__main__":
    main()
