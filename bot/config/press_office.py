"""The section `press_office` of the configuration."""

from __future__ import annotations

from datetime import timedelta

import holidays
from pydantic import Field, NaiveDatetime, model_validator

from bot.config.setting_values import Duration, Hours, Mailbox, Named, Section


class Duty(Section):
    """People who are on call during a given time, in place of `PressOffice.on_call`.

    `from` and `to` are local times of the organisation.
    """

    from_: NaiveDatetime = Field(alias="from")
    to: NaiveDatetime
    on_call: tuple[Named, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ordered(self) -> Duty:
        if self.from_ >= self.to:
            raise ValueError("`from` must be earlier than `to`.")
        return self


class Holidays(Section):
    """A calendar of public holidays, named by ISO 3166 codes."""

    country: str = "GB"
    subdivision: str | None = "ENG"
    """Part of the country, without the country's code; None in a country without parts."""

    @model_validator(mode="after")
    def _known(self) -> Holidays:
        try:
            holidays.country_holidays(self.country, subdiv=self.subdivision)
        except NotImplementedError:
            place = "-".join(filter(None, (self.country, self.subdivision)))
            raise ValueError(f"no calendar for {place!r}. Write ISO 3166 codes, such as GB and SCT.") from None
        return self


class PressOffice(Section):
    """Who is notified, who may act on a case, when the desk is staffed, and when an enquiry is escalated."""

    channels: tuple[Named, ...] = ()
    """Each of them gets every enquiry."""

    officers: tuple[Named, ...] = ()
    """People, or user groups of Slack, who may act on a case."""

    on_call: tuple[Named, ...] = ()
    rota: tuple[Duty, ...] = ()
    phone: str = ""
    email: Mailbox = ""
    hours: Hours = Field(default_factory=lambda: {"mon-fri": "09:00-17:00"})
    holidays: Holidays | None = None

    remind_after: Duration = timedelta(minutes=15)
    """Counted, like the other steps, from the moment at which an enquiry has no owner.

    All steps (`remind_after`, `on_call_after`, `mail_after`, `phone_after`) are shorter when a deadline is near.
    """

    fallback_after: Duration = timedelta(minutes=5)
    """After this time e-mail and telephone are used for an enquiry that has no owner and whose card no channel took.

    The card is tried for longer: see `queue.retry_policy`.
    """

    on_call_after: Duration = timedelta(minutes=30)
    mail_after: Duration = timedelta(minutes=45)
    phone_after: Duration = timedelta(minutes=60)
    urgent_within: Duration = timedelta(minutes=60)
    """An enquiry with a deadline this near is urgent."""

    nudge_after: Duration = timedelta(minutes=30)
    """Counted from the last action of the case's owner."""

    return_after: Duration = timedelta(minutes=30)
    """How long after the nudge the enquiry goes back to the queue."""

    handover_before: Duration = timedelta(minutes=15)
    """How long before the end of a shift or day the open enquiries are posted."""

    same_story_within: Duration = timedelta(days=2)
    """How far apart two enquiries may be and still be about one story."""

    @model_validator(mode="after")
    def _somebody_may_act(self) -> PressOffice:
        if self.channels and not self.officers:
            raise ValueError("there are channels but no `officers`, so nobody could act on a case. List them.")
        return self
