"""What a DSN looks like."""


def is_dsn(text: str) -> bool:
    """Whether `text` is `scheme://key[:secret]@host[:port][/path]/project_id`."""
    scheme, _, rest = text.partition("://")
    credentials, _, address = rest.rpartition("@")
    path, _, project = address.rpartition("/")
    host, colon, port = path.partition("/")[0].partition(":")
    return (
        scheme in {"http", "https"}
        and bool(credentials.partition(":")[0] and host)
        and project.isdecimal()
        and (not colon or port.isdecimal())
        and text.isascii()
        and not any(character in text for character in " \n\t{}$")
    )
