"""Made-up numbers with right check digits, for planted personal data."""

from __future__ import annotations

from random import Random


def id_number(random: Random) -> str:
    head = f"420114{random.randrange(1960, 2000)}0{random.randrange(1, 9)}1{random.randrange(0, 9)}"
    head += f"{random.randrange(100, 999)}"
    factors = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(int(digit) * factor for digit, factor in zip(head, factors, strict=True)) % 11
    return head + "10X98765432"[rest]


def phone(random: Random) -> str:
    return f"13{random.choice('5678')}{random.randrange(10_000_000, 99_999_999)}"


def bank_card(random: Random) -> str:
    body = "622848" + "".join(str(random.randrange(10)) for _ in range(12))
    digits = [int(digit) for digit in body]
    doubled = [d * 2 - 9 * (d > 4) if i % 2 else d for i, d in enumerate(digits)]
    return body + str(-sum(doubled) % 10)
