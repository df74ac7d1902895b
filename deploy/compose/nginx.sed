# What is different in compose.yaml from the nginx.conf beside it: two collectors, and where the files are.
s|server 127\.0\.0\.1:8080;|server collector-1:8080; server collector-2:8080;|
s|/etc/letsencrypt/live/feedback\.example\.com/fullchain\.pem|/run/secrets/certificate|
s|/etc/letsencrypt/live/feedback\.example\.com/privkey\.pem|/run/secrets/private-key|
s|/var/log/nginx/nps-collector\.log|/dev/stdout|
s|/var/log/nginx/nps-collector-error\.log|/dev/stderr|
