# The portal for production: docker build -t lmh-portal .
FROM python:3.11-slim AS build
WORKDIR /portal
COPY requirements.txt ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements.txt
COPY . ./
# These values only let the settings load; none of them stays in the image.
RUN export SECRET_KEY=build PROTECTED_DATA_KEYS=YnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnU= ALLOWED_HOSTS=build EMAIL_URL=smtp://build DATABASE_URL=postgres://build/build \
 && /venv/bin/python manage.py compile_messages \
 && /venv/bin/python manage.py collectstatic --no-input

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /venv /venv
COPY --from=build /portal /portal
WORKDIR /portal
RUN useradd --system --no-create-home portal && install --directory --owner=portal media
USER portal
EXPOSE 8000
# The host is one that the portal answers to; plain http is right here, SSL_REDIRECT leaves /health/ alone.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD python -c "import os, urllib.request as web; \
 host = os.environ['ALLOWED_HOSTS'].split(',')[0].strip(' .').replace('*', 'localhost'); \
 web.urlopen(web.Request('http://127.0.0.1:8000/health/', headers={'Host': host}), timeout=4)"
CMD ["gunicorn"]
