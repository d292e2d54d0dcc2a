"""What a job that somebody else wrote into Redis would like to have run."""

sprung: list[str] = []


def spring(*arguments: object, **more: object) -> None:
    sprung.append(str(arguments))


class Spring:
    def __getattr__(self, name: str) -> object:
        return spring
