# Stayworth in a container: the Dagster UI with its daemon, or any `stayworth` command.
#   docker build -t stayworth .
#   docker run --rm -v stayworth:/srv/stayworth stayworth run
#   docker run --rm -p 127.0.0.1:3000:3000 -v stayworth:/srv/stayworth stayworth ui --host 0.0.0.0
FROM python:3.11-slim-bookworm

# LightGBM's wheel needs the OpenMP runtime, which the slim image leaves out.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin stayworth \
    && install --directory --owner stayworth --mode 0700 /srv/stayworth

WORKDIR /opt/stayworth
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STAYWORTH_HOME=/srv/stayworth \
    DAGSTER_HOME=/srv/stayworth/dagster

# Dependencies first: this layer is rebuilt only when they change.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN mkdir assets pipelines resources \
    && pip install --constraint constraints.txt torch==2.13.0 \
    && pip install --constraint constraints.txt --editable .

COPY workspace.yaml ./
COPY resources resources
COPY assets assets
COPY pipelines pipelines

USER stayworth
VOLUME /srv/stayworth
EXPOSE 3000

# Only meaningful while the container serves the UI; a container that runs one command ends before it counts.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:3000/server_info', timeout=4)"]

ENTRYPOINT ["stayworth"]
CMD ["run"]
