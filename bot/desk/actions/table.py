"""The table of actions: name of a button or form -> who may use it, what it does, and the form that it opens."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.actions import (
    answer_actions,
    asker_actions,
    further_actions,
    handover_actions,
    joining_actions,
    officer_actions,
    press_office_actions,
)
from bot.desk.actions.action import Action

ACTIONS: Mapping[str, Action] = {
    **answer_actions.ACTIONS,
    **asker_actions.ACTIONS,
    **further_actions.ACTIONS,
    **officer_actions.ACTIONS,
    **handover_actions.ACTIONS,
    **joining_actions.ACTIONS,
    **press_office_actions.ACTIONS,
}
