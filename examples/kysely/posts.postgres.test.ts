import { describePosts } from '../test/describe-posts.js';
import { connectPosts } from './posts.js';

describePosts('Kysely', connectPosts);
