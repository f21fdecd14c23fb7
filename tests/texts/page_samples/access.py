"""Who may call, and customers' sessions."""

SAMPLES = {
    "page.left.back": {"name": "JTL"},
    "call.other_customer": {"customer": "K-1001"},
    "call.operators_alone": {},
    "call.portals_alone": {},
    "call.customer_needed": {},
    "call.return_url": {"given": "'https://elsewhere.example'", "known": ["https://konto.shop.example"]},
    "call.open_form": {},
    "call.open_run": {"given": "'edition/K-1002/jtl'"},
    "call.open_subject": {"given": "'L 77'"},
    "call.no_session": {},
    "call.link_wrong": {},
    "call.link_expired": {},
    "call.link_used": {},
    "call.form_foreign": {},
}
