"""A 12315 case: a complaint (投诉) or a report (举报), from filing to evaluation."""
