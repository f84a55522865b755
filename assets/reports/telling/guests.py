"""What several chapters read of the guests: what a customer is called, how few may stand behind a statement."""

from typing import TYPE_CHECKING, NamedTuple

from assets.customers.settings import CustomerSettings

if TYPE_CHECKING:
    from assets.reports.telling.told import Told

MINIMUM = ("customers.minimum",)  # what minimum_customers reads


class CustomerWords(NamedTuple):
    """What a customer is called, small letters: ``guest`` and ``guests``, or ``market`` and ``markets``."""

    one: str
    many: str


def customer_words(told: "Told") -> CustomerWords:
    """What the customers of a run are called: guests where their value is counted, else markets."""
    return CustomerWords(told.run.unit, f"{told.run.unit}s")


def minimum_customers(told: "Told") -> int:
    """Customers behind anything said of a group of them, as the customers room has it.

    Args:
        told: to a chapter that reads :data:`MINIMUM`.
    """
    return int(told.number("customers.minimum") or CustomerSettings().min_customers)
