from events.admin import attendance, certificates, contributions, evaluation, event, figures, mailing

__all__ = ["attendance", "certificates", "contributions", "evaluation", "event", "figures", "mailing"]
