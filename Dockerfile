# The program alone, static, for a user without rights: docker build -t deskcard . && docker run --rm -v /srv/desk:/desk deskcard run
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends musl-tools ca-certificates && rm -rf /var/lib/apt/lists/* \
    && rustup target add x86_64-unknown-linux-musl
WORKDIR /deskcard
COPY . .
RUN cargo build --locked --profile dist --target x86_64-unknown-linux-musl --bin deskcard \
    && install -D target/x86_64-unknown-linux-musl/dist/deskcard /root-of-image/bin/deskcard \
    && install -D /etc/ssl/certs/ca-certificates.crt /root-of-image/etc/ssl/certs/ca-certificates.crt \
    && install -d -m 1777 /root-of-image/tmp

FROM scratch
COPY --from=build /root-of-image /
# Nobody in particular: whoever owns /desk can be named by `docker run --user`.
USER 65532:65532
WORKDIR /desk
ENTRYPOINT ["/bin/deskcard"]
CMD ["--help"]
