package s3

import (
	"context"
	"fmt"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/iam"
)

// Bucket is aws:s3/bucketV2:BucketV2. Its id is its name.
type Bucket struct {
	ForceDestroy bool `json:"forceDestroy"` // delete its objects with it
}

// Buckets implements Service[Bucket].
type Buckets struct {
	*aws.Records[Bucket]
	objects *Objects
}

// Delete removes a bucket. One that holds objects is refused, unless it was declared to be
// emptied.
func (s Buckets) Delete(ctx context.Context, r aws.Resource) error {
	bucket, there := s.Find(r.ID)
	if there && bucket.Spec.ForceDestroy {
		if err := s.objects.empty(bucket.Name); err != nil {
			return fmt.Errorf("bucket %s: %w", bucket.Name, err)
		}
	}
	if there && s.objects.count(bucket.Name) > 0 {
		return aws.Error{Code: "BucketNotEmpty", Message: fmt.Sprintf("The bucket you tried to delete is not empty: %s", bucket.Name)}
	}
	return s.Records.Delete(ctx, r)
}

// BucketPolicy is aws:s3/bucketPolicy:BucketPolicy.
type BucketPolicy struct {
	Bucket string `json:"bucket"`
	Policy string `json:"policy"` // a JSON document
}

// BucketPolicies implements Service[BucketPolicy].
type BucketPolicies struct{ *aws.Records[BucketPolicy] }

// Create gives a bucket a policy, unless its document is refused.
func (s BucketPolicies) Create(ctx context.Context, r aws.Resource, spec BucketPolicy) (aws.Outputs, error) {
	if err := iam.Check(spec.Policy); err != nil {
		return nil, fmt.Errorf("policy of bucket %s: %w", spec.Bucket, err)
	}
	return s.Records.Create(ctx, r, spec)
}

// Update changes a policy.
func (s BucketPolicies) Update(ctx context.Context, r aws.Resource, spec BucketPolicy) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// of returns the policies of a bucket: one, or none.
func (s BucketPolicies) of(bucket string) (documents []string) {
	for _, policy := range s.All() {
		if policy.Spec.Bucket == bucket {
			documents = append(documents, policy.Spec.Policy)
		}
	}
	return documents
}
