package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	secretPrefix = "whsec_"
	// tolerance is how old or how far in the future a signature may be.
	tolerance = 5 * time.Minute
)

func decodeSecret(secret string) ([]byte, error) {
	if !strings.HasPrefix(secret, secretPrefix) {
		return nil, errors.New("RECEIVER_SECRET must be whsec_ and a key in base64")
	}
	return base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
}

// isAuthentic follows the specification of Standard Webhooks: one of the signatures, which are separated by spaces,
// must be that of the id, the time and the body.
func isAuthentic(headers http.Header, body, key []byte, now time.Time) bool {
	id, timestamp := headers.Get("Webhook-Id"), headers.Get("Webhook-Timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || id == "" {
		return false
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return false
	}
	code := hmac.New(sha256.New, key)
	code.Write([]byte(id + "." + timestamp + "."))
	code.Write(body)
	expected := code.Sum(nil)
	for _, signature := range strings.Fields(headers.Get("Webhook-Signature")) {
		version, encoded, _ := strings.Cut(signature, ",")
		given, err := base64.StdEncoding.DecodeString(encoded)
		if version == "v1" && err == nil && hmac.Equal(given, expected) {
			return true
		}
	}
	return false
}
