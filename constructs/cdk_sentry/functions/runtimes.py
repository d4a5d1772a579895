"""Lambda's runtimes that AWS has deprecated.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, "Deprecated runtimes", and the dates announced there
that have passed; compared in November 2026 with the table of terraform-linters/tflint-ruleset-aws, which is taken from
the same page at another time. Amazon Linux 2 has ended, but the page says that the runtimes built on it (java8.al2,
java11, java17, python3.10, python3.11, provided.al2) go on receiving patches, so they are not here.
"""

import datetime as dt

DEPRECATED_ON: dict[str, dt.date] = {
    "dotnet5.0": dt.date(2022, 5, 10),
    "dotnet6": dt.date(2024, 12, 20),
    "dotnet7": dt.date(2024, 5, 14),
    "dotnet8": dt.date(2026, 11, 10),
    "dotnetcore1.0": dt.date(2019, 6, 27),
    "dotnetcore2.0": dt.date(2019, 5, 30),
    "dotnetcore2.1": dt.date(2022, 1, 5),
    "dotnetcore3.1": dt.date(2023, 4, 3),
    "go1.x": dt.date(2024, 1, 8),
    "java8": dt.date(2024, 1, 8),
    "nodejs": dt.date(2016, 10, 31),
    "nodejs4.3": dt.date(2020, 3, 5),
    "nodejs6.10": dt.date(2019, 8, 12),
    "nodejs8.10": dt.date(2020, 3, 6),
    "nodejs10.x": dt.date(2021, 7, 30),
    "nodejs12.x": dt.date(2023, 3, 31),
    "nodejs14.x": dt.date(2023, 12, 4),
    "nodejs16.x": dt.date(2024, 6, 12),
    "nodejs18.x": dt.date(2025, 9, 1),
    "nodejs20.x": dt.date(2026, 4, 30),
    "provided": dt.date(2024, 1, 8),
    "python2.7": dt.date(2021, 7, 15),
    "python3.6": dt.date(2022, 7, 18),
    "python3.7": dt.date(2023, 12, 4),
    "python3.8": dt.date(2024, 10, 14),
    "python3.9": dt.date(2025, 12, 15),
    "ruby2.5": dt.date(2021, 7, 30),
    "ruby2.7": dt.date(2023, 12, 7),
    "ruby3.2": dt.date(2026, 3, 31),
}
