"""A store and its promise in the vocabulary of schema.org, for search engines and whoever else reads pages.

A schema.org ``Store`` is an organisation and so has a ``MerchantReturnPolicy``. Only what its words can say exactly
is said: the window in days, where goods go back, what it costs, that the whole price comes back.
"""

from __future__ import annotations

from typing import Any

from merchants.models import Promise, Store
from merchants.promise import of_facts

HERE = "https://schema.org"
FEES = {"consumer": "ReturnFeesCustomerResponsibility", "store": "FreeReturn"}


def store(found: Store, enterprise: str, version: Promise | None, address: str) -> dict[str, Any]:
    """The store as JSON-LD.

    :param version: the promise in force today; None where there is none.
    :param address: the page's own address.
    """
    facts: dict[str, Any] = {
        "@context": HERE,
        "@type": "Store",
        "@id": address,
        "url": address,
        "name": found.name,
        "brand": {"@type": "Brand", "name": found.brand},
        "legalName": enterprise,
        "address": {"@type": "PostalAddress", "addressCountry": "CN", "streetAddress": found.address},
    }
    if found.lon is not None and found.lat is not None:
        facts["geo"] = {"@type": "GeoCoordinates", "longitude": float(found.lon), "latitude": float(found.lat)}
    if version is not None:
        facts["hasMerchantReturnPolicy"] = policy(version, address)
    return facts


def policy(version: Promise, address: str) -> dict[str, Any]:
    """A version of a promise as a return policy."""
    terms = of_facts(version.terms)
    return {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": "CN",
        "returnPolicyCountry": "CN",
        "returnPolicyCategory": f"{HERE}/MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": terms.days,
        "returnMethod": f"{HERE}/ReturnInStore",
        "returnFees": f"{HERE}/{FEES[terms.freight]}",
        "refundType": f"{HERE}/FullRefund",
        "merchantReturnLink": address,
    }
