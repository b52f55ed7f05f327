# The image of the agent, and of the command line for CI: Headway, Node, and the programs it runs. `docker build .` needs no
# arguments; those below are for another registry, a mirror, or other versions.

# Builds: needs npm.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim
# Runs: needs apt-get, for git and what git and its signatures need.
ARG RUNTIME_IMAGE=docker.io/library/debian:bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node scripts/build.ts

FROM build AS programs
ARG HELM_VERSION=v4.3.1
ARG KUSTOMIZE_VERSION=v5.8.1
ARG SOPS_VERSION=v3.13.3
# A base URL under which the publishers' files are found by host and path.
ARG HEADWAY_PROGRAM_MIRROR=
ARG TARGETARCH
RUN node scripts/image-programs.ts /programs \
      helm=${HELM_VERSION} kustomize=${KUSTOMIZE_VERSION} sops=${SOPS_VERSION}

FROM ${RUNTIME_IMAGE}
# tini reaps what helm and git leave behind. ssh and gpg: for git over SSH and signed commits.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git gpg openssh-client tini \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=programs /programs/ /usr/local/bin/
COPY --from=build /build/dist /opt/headway
RUN ln -s /opt/headway/headway.js /usr/local/bin/headway \
 && mkdir --mode=0777 /cache
# Nothing is written but below these two: the root may be read-only.
ENV HOME=/cache/home XDG_CACHE_HOME=/cache TMPDIR=/tmp NODE_ENV=production
USER 65532:65532
ENTRYPOINT ["/usr/bin/tini", "--", "headway"]
CMD ["--help"]
