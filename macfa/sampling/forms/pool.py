"""The file with the pool of cases, and what its columns hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.forms import ActForm, Form
from macfa.sampling.header import shape
from macfa.sampling.pool_file import MAX_BYTES, PoolLayout, suggest_layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files import File

    from macfa.sampling.pool_file import PoolHeader

EXAMPLES = 3
ROW_ID, CHARACTERISTIC, IDENTIFYING, LEAVE_OUT = "row_id", "characteristic", "identifying", "out"
MEANINGS = (
    (ROW_ID, "Row id"),
    (CHARACTERISTIC, "Stratum or characteristic"),
    (IDENTIFYING, "Identifying"),
    (LEAVE_OUT, "Leave out"),
)


class PoolFileForm(Form):
    """The list of cases that an audit may be drawn from."""

    file = forms.FileField(
        label="File with the pool of cases",
        help_text="An Excel workbook (.xlsx) or a CSV file in UTF-8, up to 10 MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={
            "required": "Select a file with the pool of cases",
            "missing": "Select a file with the pool of cases",
            "empty": "The file is empty. Select one with column names and rows",
            "max_length": "The name of the file is too long. Give it a shorter one",
        },
    )

    def clean_file(self) -> File[bytes]:
        """A file small enough to be read in one go."""
        file: File[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError("The file must be 10 MB or smaller")
        return file


class ColumnsForm(ActForm):
    """What each column of the file holds. The guess is made; a person corrects it."""

    def __init__(self, *args: Any, header: PoolHeader, upload: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.header, self.current = header, upload
        guess = suggest_layout(header.columns)
        for number, column in enumerate(header.columns):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=f"What “{column}” holds", choices=MEANINGS, initial=_meaning(guess, column)
            )

    def clean(self) -> None:
        """One column at most is the row id, and the columns are those of the file still there."""
        if self.data.get("upload", self.current) != self.current:
            self.add_error(None, "You have uploaded another file since. These are its columns.")
        row_ids = [name for name in self.names if self.cleaned_data.get(name) == ROW_ID]
        for name in row_ids[1:]:
            self.add_error(name, "Only one column can be the row id. Choose something else here")

    @property
    def names(self) -> list[str]:
        """The fields, one for each column of the file in order."""
        return [f"column_{number}" for number in range(len(self.header.columns))]

    @property
    def layout(self) -> PoolLayout:
        """What the columns mean, as was said."""
        return PoolLayout(
            row_id_column="".join(self._holding(ROW_ID)),
            characteristics=tuple(self._holding(CHARACTERISTIC)),
            identifying=tuple(self._holding(IDENTIFYING)),
        )

    def _holding(self, meaning: str) -> Iterator[str]:
        for name, column in zip(self.names, self.header.columns, strict=True):
            if self.cleaned_data[name] == meaning:
                yield column

    @property
    def columns(self) -> list[tuple[str, forms.BoundField, list[str]]]:
        """Each column for the page: its name, the question about it, and examples."""
        return [
            (column, self[name], self._examples(number))
            for number, (name, column) in enumerate(
                zip(self.names, self.header.columns, strict=True)
            )
        ]

    def _examples(self, number: int) -> list[str]:
        values = dict.fromkeys(row[number] for row in self.preview if row[number])
        return list(values)[:EXAMPLES]

    @property
    def preview(self) -> list[list[str]]:
        """The first rows. A column taken as identifying shows only the shape of its values."""
        hidden = [self[name].value() == IDENTIFYING for name in self.names]
        return [
            [shape(value) if hide else value for value, hide in zip(row, hidden, strict=True)]
            for row in self.header.preview
        ]


def _meaning(guess: PoolLayout, column: str) -> str:
    if column == guess.row_id_column:
        return ROW_ID
    return IDENTIFYING if column in guess.identifying else CHARACTERISTIC
