"""What would make the figures of a model misleading, before it is trained."""

from __future__ import annotations

from typing import Any, NamedTuple

from shortlist import _core
from shortlist._config import settings_of
from shortlist._tables import to_table


class Finding(NamedTuple):
    """Something about a table and a config that makes figures misleading, or the model worse than it could be.

    Parameters
    ----------
    finding : str
        A short name, such as "repeated_pairs".
    severity : str
        "warning", or "note" for what may well be intended.
    what : str
        What was found, with numbers.
    why : str
        Why it matters.
    change : str
        What to change, with the line of the config if there is one.
    numbers : dict of str to float
        The numbers, such as ``{"share": 0.12}``.
    """

    finding: str  #: A short name, such as "repeated_pairs".
    severity: str  #: "warning", or "note" for what may well be intended.
    what: str  #: What was found, with numbers.
    why: str  #: Why it matters.
    change: str  #: What to change, with the line of the config if there is one.
    numbers: dict[str, float]  #: The numbers, such as {"share": 0.12}.

    def __str__(self) -> str:
        return f"{self.severity}: {self.what}\n  Why: {self.why}\n  Change: {self.change}"


class Diagnosis(NamedTuple):
    """The findings about a table and a config. Prints itself as ``shortlist doctor`` does.

    Parameters
    ----------
    rows : int
        Rows of the table.
    items : int
        Distinct items in the rows. Figures of retrieval rank all of them.
    users : int
        Distinct users in the rows; 0 without ``data.user``.
    split : dict of str to int
        The numbers of training, validation and test rows.
    findings : list of Finding
        Warnings first.
    """

    rows: int  #: Rows of the table.
    items: int  #: Distinct items in the rows. Figures of retrieval rank all of them.
    users: int  #: Distinct users in the rows; 0 without ``data.user``.
    split: dict[str, int]  #: The numbers of training, validation and test rows.
    findings: list[Finding]  #: Warnings first.

    @property
    def warnings(self) -> list[Finding]:
        """The findings that are seldom intended."""
        return [finding for finding in self.findings if finding.severity == "warning"]

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.findings)) or "Nothing found."


def doctor(config: Any, data: Any = None, *, items: Any = None, users: Any = None) -> Diagnosis:
    """Look for what would make a config's figures misleading, as ``shortlist doctor`` does. Nothing is trained.

    Parameters
    ----------
    config : Config, dict, path or str
        The config, as :func:`shortlist.train` takes it.
    data, items, users : table, optional
        The tables; by default those that the config names.

    Returns
    -------
    Diagnosis
        The findings: rows that are in two parts of the split, queries and features that contain the answer, a split
        that ignores time, users and items with one row, columns without information, and others.

    Raises
    ------
    ConfigError
        If the config is wrong.
    DataError
        If a table does not fit the config.
    """
    given = [
        None if table is None else to_table(table, name)
        for name, table in (("the data", data), ("items", items), ("users", users))
    ]
    found = _core.diagnose(settings_of(config), *given)
    findings = [Finding(**finding) for finding in found["findings"]]
    return Diagnosis(found["rows"], found["items"], found["users"], found["split"], findings)
