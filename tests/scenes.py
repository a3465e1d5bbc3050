"""Scenes: an audit that the services brought to its stage once, for all the tests of a module.

Each test plays in it and leaves no trace. Not for modules with tests that commit.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from macfa.audits.models import Audit
from tests.cast import Cast, assemble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import DjangoDbBlocker


def scene(build: Callable[[Cast], Audit]) -> tuple[Any, Any, Any]:
    """The fixtures of a module: `built, cast, audit = scene(factories.audit_moderated)`."""

    @pytest.fixture(scope="module")
    def built(
        django_db_setup: None, django_db_blocker: DjangoDbBlocker
    ) -> Iterator[tuple[Cast, Audit]]:
        with django_db_blocker.unblock(), transaction.atomic():
            cast = assemble()
            yield cast, build(cast)
            transaction.set_rollback(True)

    @pytest.fixture
    def cast(built: tuple[Cast, Audit], db: None) -> Cast:
        return deepcopy(built[0])

    @pytest.fixture
    def audit(built: tuple[Cast, Audit], db: None) -> Audit:
        return Audit.objects.get(pk=built[1].pk)

    return built, cast, audit
