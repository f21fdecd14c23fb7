"""What the pages of one case say."""

from typing import Any

DAY = "1. Februar 2027"
SAMPLES: dict[str, dict[str, Any]] = {
    "page.mails.attached": {"names": "V-7K3M-2Q9X-2.pdf, V-7K3M-2Q9X-2.jws"},
    "page.case.back_to": {"what": "Wechsel"},
    "page.case.from_to": {"what": "JTL Pro", "target": "JTL Advanced"},
    "page.case.number": {"number": "edition/K-1001/jtl"},
    "page.case.news": {"state": "Vorgemerkt"},
    "page.case.cost_change": {"before": "9,00 €", "after": "0,00 €"},
    "page.case.standing": {"target": "JTL Advanced", "day": DAY},
    "page.case.revoke_means_standing": {"target": "JTL Advanced", "day": DAY},
    "page.case.calendar_title": {"happens": "Wechsel von JTL Pro zu JTL Start"},
    "page.case.arrived": {"at": DAY},
    "page.case.arrived_booking": {"at": DAY},
    "page.case.was_is": {"was": DAY, "now": "1. März 2027"},
    "page.case.several": {"number": 5},
    "page.case.too_many": {"number": 2},
    "page.case.begun": {"state": "Vorgemerkt"},
    "page.case.ends_on": {"day": DAY},
    "page.case.override_choose": {"number": 2, "total": 5},
    "page.case.override_this": {"name": "Kasse Laden", "number": "POS-21"},
    "page.case.override_all": {"number": 60},
    "page.case.addon": {"addon": "Zusatzspeicher"},
    "page.case.due": {"day": DAY},
    **{
        f"page.case.button.{act}_on": {"day": DAY}
        for act in ("change", "leave", "tariff", "end", "switch_off", "finish")
    },
    "page.case.fault.details": {"name": "Angaben zur Kündigung"},
    "page.case.fault.addon": {"addon": "Zusatzspeicher"},
    "page.case.fault.addon_unclear": {"addon": "Zusatzspeicher"},
    "page.case.fault.what_if_day": {"first": "2027-01-31", "last": "2030-01-31"},
    "page.case.fault.wrong.empty": {"name": "Nachweis"},
    "page.case.fault.wrong.long": {"name": "Nachweis", "limit": 4000},
    "page.case.fault.wrong.unfilled": {"name": "Nachweis", "given": "…"},
    "page.case.fault.wrong.nul": {"name": "Nachweis"},
    "page.case.fault.wrong.other": {"name": "Nachweis"},
    "page.start.running": {"state": "Vorgemerkt"},
    **{f"page.several.together.{event}": {"number": 3} for event in ("acknowledge_warning", "place_order")},
    **{f"page.several.do.{act}": {"number": 3} for act in ("acknowledge_warning", "end", "switch_off", "finish")},
}
