# One image for every process: the command says which. It runs as nobody in particular, on a read-only file system.
FROM python:3.12-slim-bookworm AS built
WORKDIR /hotline
COPY requirements.txt ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --requirement requirements.txt
COPY pyproject.toml requirements.in README.md ./
COPY hotline ./hotline
COPY prompts ./prompts
COPY locales ./locales
RUN .venv/bin/pip install --no-cache-dir --no-deps --editable . \
    && .venv/bin/python -m hotline.speech.catalogues compile \
    && .venv/bin/hotline prompts render --without-voice

FROM python:3.12-slim-bookworm
RUN useradd --system --no-create-home --uid 10001 hotline
COPY --from=built /hotline /hotline
WORKDIR /hotline
ENV PATH=/hotline/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
EXPOSE 8000 8003
STOPSIGNAL SIGTERM
ENTRYPOINT ["hotline"]
CMD ["web"]
