"""The rubric's language: what rubric.yaml may say, as models. Everything beyond parts, items and marks is optional.

What one line says of another (a gate, a prerequisite) is looked at in rubric.py, where every mistake has its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from harness.grade.times import duration, moment

TOTAL = "total"
LATE = "late"
MEND = "mend"
# Findings that cost nothing by themselves: a person decides what they cost, whether the rubric has a deduction of that
# name or not. Seen before the plays, or by a play, it is one thing.
A_PERSON_DECIDES = {"transport": "transport", "other-transport": "transport"}
# What a decision may name beside items and scenarios; nothing in a rubric is called so.
RESERVED = (TOTAL, LATE)

Visibility = Literal["public", "after-due", "tutors"]


def _one_word(name: str) -> str:
    # `marks: single.LOGIN` parts the name of a part from that of its line at the dot.
    if not name or "." in name or any(char.isspace() for char in name):
        raise ValueError(f"a name is one word without a dot, got {name!r}")
    if name in RESERVED:
        raise ValueError(f"{name!r} has a meaning of its own: choose another name")
    return name


def _amount(given: object) -> float:
    try:
        amount = float(str(given))
    except ValueError:
        amount = -1
    if not 0 <= amount <= 1_000_000:  # "nan" and "inf" are numbers to float()
        raise ValueError(f"expected a number that is 0 or more, got {given!r}")
    return amount


def _worth(given: object) -> float | dict[str, float]:
    if not isinstance(given, dict):
        return _amount(given)
    return {str(stream): _amount(marks) for stream, marks in given.items()}


def _one_or_more(given: object) -> object:
    return [given] if isinstance(given, str) else given


def _valid_duration(text: str) -> str:
    duration(text)
    return text


def _valid_moment(text: str) -> str:
    moment(text)
    return text


Name = Annotated[str, AfterValidator(_one_word)]
Amount = Annotated[float, BeforeValidator(_amount)]
Worth = Annotated[float | dict[str, float], BeforeValidator(_worth)]
Words = Annotated[list[str], BeforeValidator(_one_or_more)]
Length = Annotated[str, AfterValidator(_valid_duration)]
Moment = Annotated[str, AfterValidator(_valid_moment)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Strict):
    """One line of the rubric and what it is worth."""

    title: str
    marks: Worth = Field(description="A number, or one for each stream; a stream that is not named is not asked this.")
    weights: dict[str, Amount] = Field(default={}, description="Scenario names: how much each counts; 1 if not named.")
    prerequisites: Words = Field(default=[], description="Lines without which this one cannot be shown.")
    visible: Visibility = "public"

    def worth(self, stream: str = "") -> float:
        """Its marks for this stream."""
        return self.marks.get(stream, 0.0) if isinstance(self.marks, dict) else self.marks


class Part(_Strict):
    """Lines that belong together, such as what one client can do alone."""

    title: str
    items: dict[Name, Item] = Field(min_length=1)


class Deduction(_Strict):
    """What is taken off the total: for a finding, or because a tutor decides so."""

    reason: str
    marks: Amount | None = None
    percent: Annotated[float, Field(ge=0, le=100)] | None = Field(default=None, description="Of what was earned.")
    finding: Words = Field(default=[], description="Codes of findings for which it is taken; none: a tutor decides.")

    @model_validator(mode="after")
    def _one_amount(self) -> Deduction:
        if (self.marks is None) == (self.percent is None):
            raise ValueError("expected either `marks` or `percent`")
        return self


class Cap(_Strict):
    """A part, or the total, is worth at most so much: always, or for a finding."""

    of: str = Field(description="A part, or `total`.")
    at_most: Amount = Field(alias="at most")
    finding: Words = []
    reason: str = ""


class Gate(_Strict):
    """A part, or the total, is worth at most so much if an item earned nothing, or a scenario failed."""

    of: str = Field(description="A part, or `total`.")
    at_most: Amount = Field(default=0, alias="at most")
    item: str = ""
    scenario: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _one_condition(self) -> Gate:
        if bool(self.item) == bool(self.scenario):
            raise ValueError("expected either `item` or `scenario`")
        return self


class Late(_Strict):
    """What being late costs."""

    due: Moment = Field(description="2025-11-20T17:00+11:00, or without a zone as all other times of the course.")
    per: Literal["day", "started day"] = Field(default="started day", description="`day`: only whole days count.")
    percent: Annotated[float, Field(ge=0, le=100)] | None = None
    marks: Amount | None = None
    of: Literal["earned", "possible"] = Field(default="earned", description="What the percents are of.")
    grace: Length = Field(default="0 s", description="So late is not late; after that it is late since `due`.")
    latest: Length | None = Field(default=None, description="After so much nothing is earned any more.")

    @model_validator(mode="after")
    def _one_amount(self) -> Late:
        if (self.marks is None) == (self.percent is None):
            raise ValueError("expected either `marks` or `percent`")
        return self


class Rubric(_Strict):
    """rubric.yaml, checked."""

    rubric: str = Field(description="Its name, for reports.")
    streams: list[Name] = Field(default=[], description="The roster's streams; the first is for who has none.")
    parts: dict[Name, Part] = Field(min_length=1)
    by_hand: dict[Name, Item] = {}
    deductions: dict[Name, Deduction] = {}
    caps: list[Cap] = []
    gates: list[Gate] = []
    late: Late | None = None
    hidden: Literal["after-due", "tutors"] = Field(
        default="tutors", description="Who may see scenarios that are `visible: hidden`.")
    visibility: dict[str, Visibility] = Field(default={}, description="Scenario names: who may see what they say.")

    def lines(self) -> list[str]:
        """The names that `marks:` of a scenario may use, in the rubric's order: "single.LOGIN", ..."""
        return list(self.items())

    def item(self, line: str) -> Item:
        """What this line says. Raises KeyError."""
        return self.items()[line]

    def items(self) -> Mapping[str, Item]:
        """Every line by its name, without what is marked by hand."""
        return dict(self._named())

    def column(self, stream: str) -> str:
        """The stream by which somebody of this stream is marked: the first, for who has none that is known."""
        return stream if stream in self.streams or not self.streams else self.streams[0]

    def _named(self) -> Iterator[tuple[str, Item]]:
        for part_name, part in self.parts.items():
            for name, item in part.items.items():
                yield f"{part_name}.{name}", item
