// Package s3 is Amazon S3, as far as instances need it: objects that they fetch.
package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/host"
	"myclothes/local/cloud/iam"
)

// Object is aws:s3/bucketObjectv2:BucketObjectv2.
type Object struct {
	Bucket  string `json:"bucket"`
	Key     string `json:"key"`
	Source  string `json:"source"`  // a file on this machine; it is copied
	Content string `json:"content"` // the object itself, when there is no source
}

// Objects implements Service[Object]: a folder with a file for each object.
type Objects struct {
	Buckets  Buckets
	Policies BucketPolicies

	dir         string
	network     *ec2.Network
	permissions permissions

	mu   sync.Mutex
	byID map[string]Object
}

// permissions say what the role of an instance profile may do, and whether it has one.
type permissions interface {
	Assumable(profile string) error
	Authorize(by iam.Caller, action, resource string, policies ...string) error
}

// New keeps objects in the host's folder. The network and the permissions say who gets them.
func New(h *host.Host, n *ec2.Network, p permissions) *Objects {
	s := &Objects{dir: h.Path("objects"), network: n, permissions: p, byID: map[string]Object{}}
	s.Policies = BucketPolicies{aws.NewRecords[BucketPolicy]("bucket policy")}
	s.Buckets = Buckets{aws.NewRecords[Bucket]("bucket"), s}
	return s
}

// Create writes an object.
func (s *Objects) Create(_ context.Context, r aws.Resource, spec Object) (aws.Outputs, error) {
	content := io.Reader(strings.NewReader(spec.Content))
	if spec.Source != "" {
		source, err := os.Open(spec.Source)
		if err != nil {
			return nil, fmt.Errorf("object %s: %w", spec.Key, err)
		}
		defer source.Close()
		content = source
	}
	if err := s.write(spec, content); err != nil {
		return nil, fmt.Errorf("object %s: %w", spec.Key, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[r.ID] = spec
	return nil, nil
}

// Update replaces an object.
func (s *Objects) Update(ctx context.Context, r aws.Resource, spec Object) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// Delete removes an object, unless a replacement has its key already.
func (s *Objects) Delete(_ context.Context, r aws.Resource) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	object, ok := s.byID[r.ID]
	if !ok {
		return nil
	}
	delete(s.byID, r.ID)
	for _, other := range s.byID {
		if other.Bucket == object.Bucket && other.Key == object.Key {
			return nil // a replacement was written before this one went
		}
	}
	return os.Remove(s.path(object.Bucket, object.Key))
}

// count returns how many objects a bucket holds.
func (s *Objects) count(bucket string) (held int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, object := range s.byID {
		if object.Bucket == bucket {
			held++
		}
	}
	return held
}

// empty removes all objects of a bucket, also those that nobody declares any more.
func (s *Objects) empty(bucket string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, object := range s.byID {
		if object.Bucket != bucket {
			continue
		}
		if err := os.Remove(s.path(object.Bucket, object.Key)); err != nil && !os.IsNotExist(err) {
			return err
		}
		delete(s.byID, id)
	}
	return nil
}

// write replaces the object's file in one step, so that a reader never sees half
// of it.
func (s *Objects) write(spec Object, content io.Reader) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(s.dir, "upload-")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = io.Copy(temporary, content)
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), s.path(spec.Bucket, spec.Key))
}

// path is the object's file. Its name is a hash, because a key may hold anything.
func (s *Objects) path(bucket, key string) string {
	sum := sha256.Sum256([]byte(bucket + "\x00" + key))
	return filepath.Join(s.dir, hex.EncodeToString(sum[:]))
}

// Fetch returns the path of an object's file, if the network lets the interface
// reach S3 and the profile's role may read the object.
func (s *Objects) Fetch(from *ec2.Interface, profile, bucket, key string) (string, error) {
	way, err := s.network.Reach(from, "s3")
	if err != nil {
		return "", fmt.Errorf("s3://%s/%s: %w", bucket, key, err)
	}
	const action = "s3:GetObject"
	arn := "arn:aws:s3:::" + bucket + "/" + key
	err = s.permissions.Assumable(profile)
	if err == nil {
		err = s.permissions.Authorize(iam.Caller{InstanceID: from.Owner, Profile: profile, EndpointPolicy: way.Policy}, action, arn, s.Policies.of(bucket)...)
	}
	if err != nil {
		return "", fmt.Errorf("s3://%s/%s: access denied: %w", bucket, key, err)
	}
	path := s.path(bucket, key)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("s3://%s/%s: no such object", bucket, key)
	}
	return path, nil
}
