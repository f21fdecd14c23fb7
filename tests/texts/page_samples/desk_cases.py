"""What the operators' pages about cases and customers say."""

AT = {"at": "2027-01-12T09:00:00Z", "zone": "Europe/Berlin"}
SAMPLES = {
    "page.desk.cases.found_title": {"words": "Müller"},
    "page.desk.cases.found_nothing": {"words": "Müller"},
    "page.desk.cases.found_first": {"shown": "20"},
    "page.desk.cases.total": {"number": 40, "shown": "40"},
    "page.desk.cases.total_more": {"shown": "10.000"},
    "page.desk.cases.total_dated": {"number": 40, "shown": "40"},
    "page.desk.case.standing_value": {"target": "JTL Advanced", **AT},
    "page.desk.case.surplus_open": {"number": 2},
    "page.desk.case.surplus_candidates": {"numbers": "L-77, L-78"},
    "page.desk.case.due": {"at": "17. Januar 2027"},
    "page.desk.case.claimed": {"by": "anna"},
    "page.desk.case.run_open": AT,
    "page.desk.case.run_ended": AT,
    "page.desk.customer.price_unknown": {"number": 2},
    "page.desk.customer.running": {"state": "Noch nicht abgesendet"},
    "page.desk.mails.to_customer": {"addresses": "kontakt@muster.example"},
    "page.desk.mails.to_other_customer": {"addresses": "kontakt@muster.example"},
    "page.desk.mails.to_operators": {"addresses": "anna@shop.example"},
    "page.desk.mails.case": {"number": "V-7K3M-2Q9X"},
    "page.desk.start.title": {"name": "Müller GmbH", "what": "JTL Pro"},
    "call.search_words": {"longest": 200},
}
